/**
 * Beside the stages of watching: whose a packet was. In go the kernel's numbers (socket inode,
 * cgroup id, namespace inode), out come names of this machine's processes, cgroups, namespaces and
 * containers, from /proc and /sys/fs/cgroup.
 */
@NullMarked
package io.dropwatch.internal.owner;

import org.jspecify.annotations.NullMarked;
