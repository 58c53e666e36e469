# What people type. Everything else is Maven's.
MVN ?= mvn -B -ntp
mvn = . .mvn/jdk && $(MVN)
# Only what running needs: no tests compiled, no javadoc, no format check.
fast = -Dmaven.test.skip=true -Dmaven.javadoc.skip=true -Dspotless.check.skip=true

# What Maven Central gets.
published = dropwatch-bpf,dropwatch-pcapfilter,dropwatch-core,dropwatch-core/bom

.PHONY: build check test install release-check demo format probe check-probe clean

build:
	.ci/install-packages run
	$(mvn) -q package $(fast)

# Everything that needs no privileges. What is generated is generated less often than by `make test`.
check:
	.ci/install-packages test
	$(mvn) test -DexcludedGroups=live -DforkCount=2 -Djqwik.tries.default=300 -Ddropwatch.fuzz.expressions=5000

test:
	.ci/install-packages test
	$(mvn) verify
	$(MAKE) check-probe

# Into the local repository, for projects that use the SDK.
install:
	$(mvn) -q install $(fast) -pl $(published)

# What Maven Central would get, the distribution of the command line, and projects that use them.
release-check:
	.ci/install-packages run
	.ci/release-check $(published)

demo:
	.ci/install-packages run
	$(mvn) -q package $(fast)
	dropwatch-examples/bin/demo

format:
	$(mvn) -q spotless:apply

clean:
	$(mvn) -q clean

# The probe's object is committed, so that nobody needs clang. The same sources and clang 16 give the same bytes anywhere:
# no path of the building machine and no DWARF gets in.
probe:
	.ci/install-packages probe
	dropwatch-core/src/main/bpf/build write
	$(MAKE) -B -C dropwatch-bpf/src/test/bpf
	$(MAKE) -B -C dropwatch-pcapfilter/src/test/bpf
	$(MAKE) -B -C benchmarks/src/main/bpf

# Fails when a committed object, the probe or one of the tests', is not what its sources compile to. Debian 12 has the compiler; elsewhere the digests that
# mvn verify compared have to do, and this says so.
check-probe:
	.ci/install-packages probe && dropwatch-core/src/main/bpf/build check && \
	  $(MAKE) -C dropwatch-bpf/src/test/bpf check && \
	  $(MAKE) -C dropwatch-pcapfilter/src/test/bpf check && \
	  $(MAKE) -C benchmarks/src/main/bpf check || [ $$? -eq 3 ]
