package io.dropwatch.examples.cli;

import io.dropwatch.DropEvent;
import io.dropwatch.examples.huatuo.HuatuoStream;
import io.dropwatch.examples.huatuo.StreamStatistics;
import java.io.PrintStream;
import java.nio.file.Path;

/** Events to a huatuo-bamai daemon. What it loses does not end the session: it is counted. */
final class StorageSink implements EventSink {
  private final HuatuoStream stream;

  /** Connects. */
  StorageSink(Path socket, String taskId) {
    this.stream =
        HuatuoStream.open(
            socket,
            VersionFromJar.version(),
            taskId,
            notice -> System.err.println("dropwatch: " + notice));
  }

  @Override
  public void write(DropEvent event) {
    stream.write(event);
  }

  @Override
  public boolean end(PrintStream err) {
    stream.close();
    StreamStatistics statistics = stream.statistics();
    err.println("output-storage: " + statistics);
    return statistics.lost() == 0;
  }
}
