/** Another project, on the module path. */
module example {
  requires io.dropwatch;
}
