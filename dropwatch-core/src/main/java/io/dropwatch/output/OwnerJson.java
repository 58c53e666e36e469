package io.dropwatch.output;

import com.fasterxml.jackson.core.JsonParser;
import io.dropwatch.DropEvent;
import io.dropwatch.DropEventBuilder;
import io.dropwatch.model.Owner;
import io.dropwatch.model.OwnerProcess;
import io.dropwatch.model.OwnerSocket;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Writes and reads the fields of the owner. What is not known is left out; a cookie means that
 * there is a socket.
 */
final class OwnerJson {
  private @Nullable Long cookie;
  private long inode;
  private long uid = OwnerSocket.NO_USER;
  private long cgroupId;
  private int pid;
  private String comm = "";
  private @Nullable String cgroupPath;
  private @Nullable String namespaceName;
  private @Nullable String containerId;

  static void write(JsonLine json, DropEvent event) {
    if (event.taskCgroupId() != 0) {
      json.writeUnsignedField("task_cgroup_id", event.taskCgroupId());
    }
    OwnerSocket socket = event.socket();
    if (socket != null) {
      json.writeUnsignedField("socket_cookie", socket.cookie());
      json.writeUnsignedField("socket_inode", socket.inode());
      if (socket.uid() != OwnerSocket.NO_USER) {
        json.writeNumberField("socket_uid", socket.uid());
      }
      json.writeUnsignedField("socket_cgroup_id", socket.cgroupId());
    }
    Owner owner = event.owner();
    if (owner.process() != null) {
      json.writeNumberField("owner_pid", owner.process().pid());
      json.writeStringField("owner_comm", owner.process().comm());
    }
    if (owner.cgroupPath() != null) {
      json.writeStringField("cgroup_path", owner.cgroupPath());
    }
    if (owner.networkNamespaceName() != null) {
      json.writeStringField("net_namespace_name", owner.networkNamespaceName());
    }
  }

  /** Reads a field of the owner; returns false, and reads nothing, for another field. */
  boolean read(String name, JsonParser json) throws IOException {
    switch (name) {
      case "container_id" -> containerId = EventFields.text(json);
      case "socket_cookie" -> cookie = EventFields.u64(json);
      case "socket_inode" -> inode = EventFields.u64(json);
      case "socket_uid" -> uid = EventFields.number(json, 0, 0xffff_ffffL);
      case "socket_cgroup_id" -> cgroupId = EventFields.u64(json);
      case "owner_pid" -> pid = (int) EventFields.number(json, 1, Integer.MAX_VALUE);
      case "owner_comm" -> comm = EventFields.text(json);
      case "cgroup_path" -> cgroupPath = EventFields.text(json);
      case "net_namespace_name" -> namespaceName = EventFields.text(json);
      default -> {
        return false;
      }
    }
    return true;
  }

  void addTo(DropEventBuilder builder) {
    if (cookie != null) {
      builder.socket(OwnerSocket.of(cookie, inode, uid, cgroupId));
    }
    OwnerProcess process = pid == 0 ? null : OwnerProcess.of(pid, comm);
    builder.owner(Owner.of(process, cgroupPath, namespaceName, containerId));
  }
}
