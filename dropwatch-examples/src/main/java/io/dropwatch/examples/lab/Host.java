package io.dropwatch.examples.lab;

/** A place in the {@link RoutedNetwork}. */
public enum Host {
  CLIENT,
  ROUTER,
  SERVER;

  /** The namespace of this host. */
  public Namespace in(RoutedNetwork network) {
    return switch (this) {
      case CLIENT -> network.client();
      case ROUTER -> network.router();
      case SERVER -> network.server();
    };
  }
}
