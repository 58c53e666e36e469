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
	$(MVN) -q compile -Dformat.action=apply

clean:
	$(MVN) -q clean

# The probe's object is committed, so that nobody needs clang. The same sources and clang 16 give the same bytes anywhere:
# no path of the building machine and no DWARF gets in.
probe:
	.ci/install-packages probe
	dropwatch-core/src/main/bpf/build write

# Fails when the committed object is not what its sources compile to.
check-probe:
	.ci/install-packages probe
	dropwatch-core/src/main/bpf/build check
