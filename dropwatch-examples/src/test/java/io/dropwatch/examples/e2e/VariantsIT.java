package io.dropwatch.examples.e2e;

import java.net.UnknownHostException;
import org.junit.jupiter.api.Test;

class VariantsIT {
  @Test
  void variants_matchTheSamePacketsAndReportEqualRecords() throws UnknownHostException {
    VariantsMain.compareAll();
  }
}
