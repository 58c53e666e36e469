# What people type. Everything else is Maven's.
MVN ?= mvn -B -ntp

.PHONY: build test demo format probe check-probe clean

build:
	.ci/install-packages run
	$(MVN) -q -DskipTests package

test:
	.ci/install-packages test
	$(MVN) verify
	$(MAKE) check-probe

demo:
	.ci/install-packages run
	$(MVN) -q -DskipTests package
	dropwatch-examples/bin/demo

format:
	$(MVN) -q process-sources -Dformat.action=apply

clean:
	$(MVN) -q clean
