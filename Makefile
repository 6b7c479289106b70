# SPDX-License-Identifier: GPL-3.0-or-later
# Builds Ambit. `make help` lists the targets; longer logic is in scripts/.

VARIANT ?= release
PREFIX  ?= /usr/local
BUILD   := build/$(VARIANT)
CC      := mpicc

# What each variant adds. clang builds two of them: gcc has no fuzzer, and its race detector does
# not know gcc's own OpenMP runtime.
OPTIONS_release := -O2 -g
OPTIONS_debug   := -O0 -g3
OPTIONS_asan    := -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined \
                   -fno-sanitize-recover=undefined
OPTIONS_tsan    := -O1 -g -fsanitize=thread
OPTIONS_cov     := -O1 -g --coverage -fprofile-update=atomic
OPTIONS_fuzz    := -O1 -g -fsanitize=fuzzer-no-link,address,undefined \
                   -fno-sanitize-recover=undefined
OPTIONS         := $(OPTIONS_$(VARIANT))
ifeq ($(OPTIONS),)
$(error VARIANT=$(VARIANT) is none of: release debug asan tsan cov fuzz)
endif
ifneq ($(filter tsan fuzz,$(VARIANT)),)
export OMPI_CC := clang
# What `omp simd` asks for need not come true under a sanitizer.
OPTIONS += -Wno-pass-failed
endif

WARNINGS := -Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla \
            -Wundef -Wwrite-strings -Wconversion $(if $(filter true,$(CI)),-Werror)
PACKAGES := hdf5-openmpi proj geos yaml-0.1 nettle jansson libxxhash
# Asked for at each compilation and not once here: `make deps all` installs pkg-config first.
# Other people's headers are system headers: their warnings are not ours to mend.
PACKAGE_INCLUDES  = $(patsubst -I%,-isystem %,$(shell pkg-config --cflags $(PACKAGES) cunit))
PACKAGE_LIBRARIES = -lhdf5_hl $(shell pkg-config --libs $(PACKAGES)) -lglpk -lm
# -ffp-contract=off: fused multiply-adds would make the plan depend on the machine.
# -fno-math-errno: nobody reads errno after llrint or sqrt, which are then one instruction each.
COMPILE = $(CC) -std=c17 -D_GNU_SOURCE -ffp-contract=off -fno-math-errno -fopenmp $(OPTIONS) \
          $(WARNINGS) -I. \
          $(PACKAGE_INCLUDES) $(CFLAGS)
LINK    = $(CC) -fopenmp $(OPTIONS) $(CFLAGS) $(LDFLAGS)

MAIN     := engine/cli/main.c
SOURCES  := $(filter-out $(MAIN),$(wildcard engine/*/*.c solvers/*.c io/*.c))
OBJECTS  := $(SOURCES:%.c=$(BUILD)/obj/%.o)
LIBRARY  := $(BUILD)/libambit.a
PROGRAM  := $(BUILD)/ambit

programs  = $(patsubst %.c,$(BUILD)/%,$(wildcard $(1)))
SERIAL   := $(call programs,tests/test_*.c)
MPI      := $(filter-out %/mpi_harness,$(call programs,tests/mpi_*.c))
FUZZERS  := $(call programs,tests/fuzz_*.c)
FUZZERS  := $(filter-out %/fuzz_replay,$(FUZZERS))
# Run by themselves; the instance tools are run with words, and share bench/instance_*.c.
INSTANCE_TOOLS   := $(BUILD)/bench/bench_instances $(BUILD)/bench/make_instance
INSTANCE_OBJECTS := $(patsubst %.c,$(BUILD)/obj/%.o,$(wildcard bench/instance_*.c bench/gap_plot.c))
SCALING_MODEL    := $(BUILD)/bench/scaling_model
SEED_BENCH       := $(BUILD)/bench/bench_seed
SEED_POINTS      := $(BUILD)/obj/bench/seed_points.o
PEERS            := $(BUILD)/bench/bench_peers $(call programs,bench/peer_*.c)
BENCHES  := $(filter-out $(INSTANCE_TOOLS) $(PEERS),$(call programs,bench/bench_*.c))

# As many jobs as cores, unless the caller says otherwise, who may be another make.
ifeq ($(MAKELEVEL)$(filter -j%,$(MAKEFLAGS)),0)
MAKEFLAGS += -j$(shell nproc)
endif
# `make deps all` with several jobs: nothing is compiled before the packages are there.
FIRST := $(filter deps deps-dev deps-slurm deps-peers,$(MAKECMDGOALS))

# Commands are shown in short; in full with V=1.
Q := $(if $(V),,@)

.DELETE_ON_ERROR:
.SECONDARY:
.PHONY: all help deps deps-dev deps-slurm deps-peers demo debug asan tsan cov test test-serial \
        test-long test-slurm bench bench-instances bench-scaling bench-peers bench-farm fuzz pictures format format-check tidy \
        layers headers install uninstall \
        installcheck clean FORCE

all: $(PROGRAM) ## build build/release/ambit (the default)

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/  \1\t\2/p' Makefile | expand -t 18
	@echo '  VARIANT=release|debug|asan|tsan|cov|fuzz chooses build/VARIANT; V=1 shows commands'

deps: ## install the Debian packages that building, running and testing need
	scripts/deps.sh run

deps-dev: ## install the Debian packages that the checks and sanitizers need
	scripts/deps.sh dev

deps-slurm: ## install the Debian packages that test-slurm needs
	scripts/deps.sh slurm

deps-peers: ## install the Debian packages that bench-peers compares with
	scripts/deps.sh peers

# --- building ---------------------------------------------------------------

# Rewritten only when the command line changes, so that a change of flags rebuilds everything.
$(BUILD)/flags: FORCE | $(FIRST)
	@mkdir -p $(@D)
	@echo '$(COMPILE) $(LINK)' | cmp -s - $@ || echo '$(COMPILE) $(LINK)' > $@

# What one object is told beside: the sources of them all, by which checkpoints are told apart.
TREE    := $(sort $(wildcard engine/*/*.[ch] solvers/*.[ch] io/*.[ch]))
VERSION := $(BUILD)/obj/engine/base/version.o
$(VERSION): $(TREE)
$(VERSION): private OWN = -DAMBIT_SOURCES='"$(shell cat $(TREE) | sha256sum | cut -c -12)"'

$(BUILD)/obj/%.o: %.c $(BUILD)/flags
	@mkdir -p $(@D)
	@echo '  CC    $<'
	$(Q)$(COMPILE) $(OWN) -MMD -MP -c $< -o $@

$(LIBRARY): $(OBJECTS)
	@rm -f $@
	@echo '  AR    $@'
	$(Q)ar rcs $@ $^

$(PROGRAM): $(MAIN:%.c=$(BUILD)/obj/%.o) $(LIBRARY)
	@echo '  LINK  $@'
	$(Q)$(LINK) $^ $(PACKAGE_LIBRARIES) -o $@

$(SERIAL): $(BUILD)/%: $(BUILD)/obj/%.o $(BUILD)/obj/tests/harness.o $(LIBRARY)
	@mkdir -p $(@D)
	@echo '  LINK  $@'
	$(Q)$(LINK) $^ $(PACKAGE_LIBRARIES) -lcunit -o $@

$(MPI): $(BUILD)/%: $(BUILD)/obj/%.o $(BUILD)/obj/tests/mpi_harness.o $(LIBRARY)
	@mkdir -p $(@D)
	@echo '  LINK  $@'
	$(Q)$(LINK) $^ $(PACKAGE_LIBRARIES) -lcunit -o $@

# Under the fuzz variant the fuzzer's own main; else one that replays the stored inputs.
REPLAY := $(if $(filter fuzz,$(VARIANT)),-fsanitize=fuzzer,$(BUILD)/obj/tests/fuzz_replay.o)
$(FUZZERS): $(BUILD)/%: $(BUILD)/obj/%.o $(BUILD)/obj/tests/fuzz_replay.o $(LIBRARY)
	@mkdir -p $(@D)
	@echo '  LINK  $@'
	$(Q)$(LINK) $< $(REPLAY) $(LIBRARY) $(PACKAGE_LIBRARIES) -o $@

$(BENCHES) $(SCALING_MODEL): $(BUILD)/%: $(BUILD)/obj/%.o $(LIBRARY)
	@mkdir -p $(@D)
	@echo '  LINK  $@'
	$(Q)$(LINK) $(filter %.o,$^) $(LIBRARY) $(PACKAGE_LIBRARIES) -o $@
$(SEED_BENCH): $(SEED_POINTS)

# Other people's libraries, of which any may be missing: a driver then says so (see deps-peers), and
# is built anew when they have come.
has = $(shell echo '\#include <$(1)>' | $(CC) -E -x c - >$(BUILD)/null 2>&1 && echo yes)
PEER_LIBRARIES = $(if $(call has,metis.h),-lmetis) $(if $(call has,trilinos/zoltan.h),-ltrilinos_zoltan)
$(BUILD)/peers: FORCE | $(BUILD)/flags
	@echo '$(PEER_LIBRARIES)' | cmp -s - $@ || echo '$(PEER_LIBRARIES)' > $@
$(PEERS:$(BUILD)/%=$(BUILD)/obj/%.o): $(BUILD)/peers
$(BUILD)/bench/bench_peers: $(BUILD)/obj/bench/instance_child.o
$(PEERS): $(BUILD)/%: $(BUILD)/obj/%.o $(SEED_POINTS) $(LIBRARY)
	@mkdir -p $(@D)
	@echo '  LINK  $@'
	$(Q)$(LINK) $(filter %.o,$^) $(LIBRARY) $(PACKAGE_LIBRARIES) $(PEER_LIBRARIES) -o $@

$(INSTANCE_TOOLS): $(BUILD)/%: $(BUILD)/obj/%.o $(INSTANCE_OBJECTS) $(LIBRARY)
	@mkdir -p $(@D)
	@echo '  LINK  $@'
	$(Q)$(LINK) $^ $(PACKAGE_LIBRARIES) -o $@

-include $(shell find $(BUILD)/obj -name '*.d' 2>/dev/null)

# --- running ----------------------------------------------------------------

demo: $(PROGRAM) ## draw the territories of the demo nation on 2 ranks
	scripts/launch.sh 2 $(PROGRAM) run scripts/demo/demo.yaml -o demo.h5
	$(PROGRAM) export demo.h5 --csv demo_assignments.csv \
	    --geojson demo_territories.geojson --svg demo_map.svg

pictures: $(PROGRAM) ## draw the README's two maps again
	$(PROGRAM) audit scripts/demo/demo.yaml -o $(BUILD)/before.h5
	$(PROGRAM) run scripts/demo/demo.yaml -o $(BUILD)/after.h5
	$(PROGRAM) export $(BUILD)/before.h5 --svg scripts/demo/before.svg
	$(PROGRAM) export $(BUILD)/after.h5 --svg scripts/demo/after.svg

TESTS := $(SERIAL) $(MPI) $(FUZZERS) $(PROGRAM) $(INSTANCE_TOOLS) $(SCALING_MODEL) $(PEERS) \
         $(SEED_BENCH)
test: $(TESTS) ## build and run every test
	scripts/test.sh $(BUILD) serial fuzz mpi cli

test-long: $(TESTS) ## run every test, with larger nations and more repetitions
	$(MAKE) VARIANT=debug build/debug/ambit
	$(MAKE) VARIANT=asan build/asan/ambit
	AMBIT_TEST_LONG=1 scripts/test.sh $(BUILD) serial fuzz mpi cli

test-serial: $(SERIAL) $(FUZZERS) ## run the tests that need no MPI
	scripts/test.sh $(BUILD) serial fuzz

test-slurm: $(PROGRAM) ## try scripts/slurm on a Slurm of two nodes that is started for it
	AMBIT=$(PROGRAM) bash tests/slurm.sh

bench: $(BENCHES) $(PROGRAM) ## run the benchmarks
	@for b in $(BENCHES); do echo "== $$b"; $$b || exit 1; done

DIR    ?= bench/instances
REPEAT ?= 1
bench-instances: $(BUILD)/bench/bench_instances $(PROGRAM) ## solve the instances in DIR (REPEAT, TIME_LIMIT, ONLY)
	$< $(DIR) --repeat $(REPEAT) $(addprefix --time-limit=,$(TIME_LIMIT)) \
	    $(if $(ONLY),--only '$(ONLY)') -o $(BUILD)/bench-instances

ACCOUNTS    ?= 20000
TERRITORIES ?= 100
SCALING     := $(BUILD)/bench-scaling
bench-scaling: $(SCALING_MODEL) $(PROGRAM) ## count messages on 1 to 8 ranks and model 1,024 (ACCOUNTS, TERRITORIES)
	@mkdir -p $(SCALING)
	$(PROGRAM) generate --accounts $(ACCOUNTS) --territories $(TERRITORIES) -o $(SCALING)/nation.csv -q
	for ranks in 1 2 4 8; do \
	    scripts/launch.sh $$ranks $(PROGRAM) run $(SCALING)/nation.yaml -o $(SCALING)/nation.h5 -q \
	        --threads 1 --effort 2 --comm-stats $(SCALING)/$$ranks.csv || exit 1; \
	done
	$< --csv $(SCALING)/model.csv $(SCALING)/[1248].csv

POINTS   ?= 100000
PARTS    ?= 1000
MEASURES ?= 1 3
TURNS    ?= 3
bench-peers: $(PEERS) $(SEED_BENCH) ## seed beside METIS and Zoltan (POINTS, PARTS, MEASURES, TURNS)
	for m in $(MEASURES); do \
	    $(BUILD)/bench/bench_peers --measures $$m --turns $(TURNS) $(POINTS) $(PARTS) || exit 1; \
	done

bench-farm: $(PROGRAM) ## draw 200 scenarios of the demo in one job, and some of them alone
	scripts/bench_farm.sh $(PROGRAM)

debug: ## build build/debug/ambit, without optimisation
	$(MAKE) VARIANT=debug all
asan: ## run the serial tests under the address and undefined behaviour sanitizers
	$(MAKE) VARIANT=asan test-serial
tsan: ## run the serial tests under the thread sanitizer
	$(MAKE) VARIANT=tsan test-serial
cov: ## run the tests and report which lines they reach, by folder
ifeq ($(VARIANT),cov)
cov: $(TESTS)
	scripts/coverage.sh $(BUILD)
else
	$(MAKE) VARIANT=cov cov
endif

FUZZ_SECONDS ?= 60
fuzz: ## look for inputs that break a parser, FUZZ_SECONDS for each
ifeq ($(VARIANT),fuzz)
fuzz: $(FUZZERS)
	scripts/fuzz.sh $(FUZZ_SECONDS) $(FUZZERS)
else
	$(MAKE) VARIANT=fuzz fuzz
endif

# --- checking ---------------------------------------------------------------

C_FILES = $(shell find engine solvers io tests bench -name '*.[ch]')
format: ## lay out the sources as .clang-format says
	clang-format -i $(C_FILES)
format-check: ## fail where a source is not laid out so
	clang-format --dry-run --Werror $(C_FILES)
tidy: ## run clang-tidy, cppcheck and shellcheck
	scripts/tidy.sh -D_GNU_SOURCE $(PACKAGE_INCLUDES)
layers: ## check which folder includes which
	scripts/layers.sh
headers: ## check that each header compiles alone
	scripts/headers.sh $(COMPILE)

# --- installing -------------------------------------------------------------

BIN        := $(DESTDIR)$(PREFIX)/bin
MAN        := $(DESTDIR)$(PREFIX)/share/man/man1
COMPLETION := $(DESTDIR)$(PREFIX)/share/bash-completion/completions

$(BUILD)/ambit.1: $(PROGRAM) scripts/man.sh
	scripts/man.sh $(PROGRAM) > $@

install: $(PROGRAM) $(BUILD)/ambit.1 ## install program, manual and completion (PREFIX, DESTDIR)
	install -d $(BIN) $(MAN) $(COMPLETION)
	install -m 755 $(PROGRAM) $(BIN)/ambit
	install -m 644 $(BUILD)/ambit.1 $(MAN)/ambit.1
	install -m 644 scripts/ambit.bash-completion $(COMPLETION)/ambit

uninstall: ## remove what install put there
	rm -f $(BIN)/ambit $(MAN)/ambit.1 $(COMPLETION)/ambit

installcheck: ## check what install put there
	scripts/installcheck.sh $(BIN)/ambit $(MAN)/ambit.1 $(COMPLETION)/ambit

clean: ## remove build/
	rm -rf build
