# Every target says what it does: `make help`.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
CONFIGURATION ?= Release
BIN := artifacts/bin
RUN := artifacts/run
ROOM ?=
IMAGE ?=
ONLY ?= encode capnp handover awaited tcp
export DOTNET_CLI_TELEMETRY_OPTOUT := 1
export DOTNET_NOLOGO := 1

##@ Run and test
.PHONY: run
run: install-run ## Run the sample pipeline on this machine: make run [INPUT=file]. Writes out/highlights.mp4 and .json.
	@scripts/publish.sh $(RUN) $(CONFIGURATION)
	@PROGRAMS=$(RUN) scripts/run-sample.sh $(if $(INPUT),"$(INPUT)")

.PHONY: test
test: install-test ## Run every test (some need root: they say so and are skipped without it). ROOM=Staging runs one room.
	@scripts/test.sh all $(ROOM)

.PHONY: rdma-demo
rdma-demo: install-test ## The sample over RDMA, in a guest with two software RNICs: make rdma-demo [INPUT=file]. Writes out/rdma.
	@scripts/rdma-demo.sh $(if $(INPUT),"$(INPUT)")

.PHONY: cluster-test
cluster-test: install-test ## The end-to-end cases on a real two-node Kubernetes alone (as root; part of `make test`).
	@scripts/test.sh all Cluster

##@ Development
.PHONY: build publish pack images test-quick check fmt generate cluster bench clean help
.PHONY: install-run install-publish install-images install-test
build: ## Build everything, warnings are errors.
	dotnet build K8sMediaFlow.sln -c $(CONFIGURATION) -v q

publish: install-publish ## Put the three programs into artifacts/bin, native as in the images and the tests. Linking takes minutes.
	@scripts/publish.sh $(BIN) Release --native

images: install-images ## Container images into artifacts/images/*.tar, no registry or daemon: make images [IMAGE="sidecar controller"].
	@images/build.sh $(IMAGE)

test-quick: install-test ## What needs no root, and no test that takes long: three to four minutes once it is built.
	@scripts/test.sh quick $(ROOM)

.PHONY: docs-test
docs-test: ## Check the documents: links, commands, sentences (part of `make test`).
	@scripts/tools.sh helm
	@scripts/test.sh all Docs

check: ## What CI runs.
	@.ci/run

pack: ## Make the NuGet packages K8sMediaFlow.Sdk and K8sMediaFlow.CapnProto in artifacts/packages.
	@scripts/pack.sh

fmt: ## Format the code as .editorconfig says.
	dotnet format whitespace --folder . --exclude '**/Generated/**' '**/obj/**'

generate: ## Regenerate what is generated from schemas.
	@scripts/generate.sh

cluster: install-test ## Build the real Kubernetes that the tests start, into the user's cache: once per machine, 4 minutes.
	@tests/support/cluster/build.sh

##@ Measurements
bench: install-bench ## Into bench/results: make bench [ONLY="encode capnp handover awaited tcp", or another of docs/reference].
	dotnet build bench/Bench.csproj -c Release -v q
	@$(if $(filter pipeline delivery recovery,$(ONLY)),scripts/publish.sh $(BIN) Release --native)
	@$(if $(filter startup,$(ONLY)),scripts/publish.sh artifacts/startup/run $(CONFIGURATION))
	@$(if $(filter startup,$(ONLY)),scripts/publish.sh artifacts/startup/native Release --native)
	@$(if $(filter cluster,$(ONLY)),tests/support/cluster/build.sh && images/build.sh)
	@for one in $(ONLY); do dotnet bench/bin/Release/net10.0/K8sMediaFlow.Bench.dll $$one --out bench/results; done

.PHONY: install-bench
install-bench:
	@scripts/install.sh bench

.PHONY: fuzz
fuzz: install-test ## Mutated messages, schemas and JSON, for longer than the tests do it: make fuzz [FUZZ_MINUTES=10] [SEED=…].
	@for room in CapnProto Protobuf; do FUZZ_MINUTES=$${FUZZ_MINUTES:-10} \
	    dotnet test tests/unit/$$room.Tests -c Release --nologo --filter Category=Fuzz --logger "console;verbosity=detailed"; done

.PHONY: soak
soak: install-test ## Simulated histories of links, others each time: make soak [SOAK_HISTORIES=10000] [SEED=…].
	@dotnet build tests/unit/Links.Simulation.Tests -c Release -v q --nologo
	@SEED=$${SEED:-$$((RANDOM * 32768 + RANDOM))} SIMULATION_SEEDS=$${SOAK_HISTORIES:-10000} dotnet test tests/unit/Links.Simulation.Tests \
	    -c Release --nologo --no-build --filter FullyQualifiedName~HistoryTests --logger "console;verbosity=detailed"

##@ Housekeeping
.PHONY: lint-duplicates
lint-duplicates: ## Find ten lines of hand-written code or more that occur twice, but for those of tests/known-duplicates.txt.
	@scripts/tools.sh jscpd
	@scripts/lint-duplicates.py

.PHONY: packages
packages: ## List packages with a newer version, and awaited packages that are available now.
	@python3 scripts/packages.py

install-run: ## Install what `make run` needs (asks for nothing, says what it does).
	@scripts/install.sh run

install-publish: ## Install what linking native programs needs.
	@scripts/install.sh publish

install-images: ## Install what building the images needs.
	@scripts/install.sh images

install-test: ## Install what the tests need.
	@scripts/install.sh test

clean: ## Remove what was built and written here.
	rm -rf artifacts out bench/results
	find libs src samples tests bench -name bin -o -name obj | xargs rm -rf

help: ## This text.
	@awk 'BEGIN {FS = ":.*## "} /^##@/ {printf "\n%s\n", substr($$0, 5)} \
	    /^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
