package io.dropwatch.examples.cli;

import picocli.CommandLine.IVersionProvider;

/** The version that the build wrote into the jar's manifest. */
final class VersionFromJar implements IVersionProvider {
  @Override
  public String[] getVersion() {
    return new String[] {"dropwatch " + version()};
  }

  static String version() {
    String version = Main.class.getPackage().getImplementationVersion();
    return version == null ? "(not packaged)" : version;
  }
}
