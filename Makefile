# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Everything a contributor runs; "make help" lists it.
# PYTHON=... chooses the interpreter (3.11 or newer), VENV=... another place for its environment.

SHELL       := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

ifneq ($(words $(CURDIR)),1)
$(error The path of this checkout has a space in it, and ansible-test cannot start there. Move it to another path)
endif

PYTHON ?= python3
VENV   ?= .venv
CACHE  := $(CURDIR)/.cache
TREE   := $(CACHE)/tree
NAME   := ansible_collections/tidbcloud/privatelink
comma  := ,

# Both are looked up before PATH is narrowed below.
INTERPRETER := $(shell $(PYTHON) -c 'import sys; print(sys.executable)' 2>/dev/null)
PYTHON39    ?= $(shell tests/tools/find_python.sh 3.9)
# Tools come from the environment alone: a version manager's shims would offer ansible-test Pythons that do not start.
export PATH := $(abspath $(VENV))/bin:/usr/local/bin:/usr/bin:/bin
export ANSIBLE_COLLECTIONS_PATH := $(TREE)
export ANSIBLE_HOME := $(CACHE)/ansible
export ANSIBLE_REMOTE_TMP := $(CACHE)/ansible/tmp
export LC_ALL := C.UTF-8
# No test may find the keys, profiles or proxies of whoever runs it.
export AWS_CONFIG_FILE := /dev/null
export AWS_SHARED_CREDENTIALS_FILE := /dev/null
export AWS_EC2_METADATA_DISABLED := true
export no_proxy := $(if $(no_proxy),$(no_proxy)$(comma))127.0.0.1,localhost
unexport AWS_PROFILE AWS_REGION AWS_DEFAULT_REGION AWS_ENDPOINT_URL AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN
unexport TIDBCLOUD_PUBLIC_KEY TIDBCLOUD_PRIVATE_KEY TIDBCLOUD_DEDICATED_ENDPOINT TIDBCLOUD_SERVERLESS_ENDPOINT

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | sed 's/$$(PARTS)/$(PARTS)/; s/$$(MORE)/$(MORE)/' | expand -t 18

setup: $(VENV)/.done ## the environment and the collection tree that all others use
	@mkdir -p '$(TREE)/$(dir $(NAME))'
	@[[ "$$(readlink '$(TREE)/$(NAME)')" == '$(CURDIR)' ]] || ln -sfn '$(CURDIR)' '$(TREE)/$(NAME)'

$(VENV)/.done: requirements-dev.txt
	@if [[ ! -x $(VENV)/bin/python ]]; then tests/tools/check_python.sh '$(PYTHON)' '$(INTERPRETER)'; '$(INTERPRETER)' -m venv '$(VENV)'; fi
	python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch '$@'

pins: setup ## write the pinned requirements, with hashes, from what development asks for by itself
	@tests/tools/pins.sh '$(CACHE)/pins'

# Of two at the same time; the longest first.
PARTS = lint system sanity unit integration chaos-sample network contract
MORE  = more-system newer more-integration oldest more-chaos older pylint more-network molecule

test: setup ## what a change can break, in ten minutes: $(PARTS)
	@python -m tests.tools.parts $(PARTS)

more: setup ## what takes longer and seldom breaks alone: $(MORE)
	@python -m tests.tools.parts $(MORE)

test-all: test more ## both

lint: setup ## ruff, mypy, antsibull-changelog, antsibull-docs, ansible-lint
	ruff format --check --quiet .
	ruff check --output-format concise .
	mypy
	python -m tests.tools.documentation --check
	antsibull-changelog lint
	@# A reference to a collection that ours does not depend on is refused: to look it up, all 100 of the ansible package would be read.
	@# Without the ceiling, the copy made of amazon.aws in an environment that git ignores comes out empty.
	GIT_CEILING_DIRECTORIES='$(CURDIR)' antsibull-docs lint-collection-docs --plugin-docs \
	  --validate-collection-refs dependent --disallow-unknown-collection-refs .
	ansible-lint

# Processes of a part that is run alone (those that mostly wait have two in any case), and the tests that "make test" leaves to "make more".
JOBS  ?= 2
QUICK  = -m 'not exhaustive'
SLOW   = -m exhaustive
# "make more" draws some of those of tests/system, for each commit others; the night has all.
SHARE ?= 0.2
DRAWN  = -p tests.tools.share --share $(SHARE) --share-seed $(or $(SEED),$(shell git rev-parse --short HEAD 2>/dev/null),1)

unit: setup ## unit tests
	python -m pytest -q -n $(JOBS) tests/unit

coverage: setup ## which lines of plugins/ no unit test reaches
	python -m pytest -q -n $(JOBS) --cov=plugins tests/unit

older: setup ## the unit tests of what runs on managed hosts, on Python 3.9 where there is one
	@tests/tools/older.sh python '$(PYTHON39)' '$(CACHE)/older-python'

oldest: setup ## the same with the oldest libraries that requirements.txt allows
	@if [[ '$(PYVERSION)' == 3.11 ]]; then tests/tools/older.sh libraries '$(VENV)/bin/python' '$(CACHE)/older-libraries'; \
	else echo 'SKIPPED: the amazon.aws of Python $(PYVERSION) needs newer libraries'; fi

newer: setup ## unit tests and sanity on Python 3.13, whose ansible-core is a newer one
	@if [[ '$(PYVERSION)' == 3.13 ]]; then echo 'All of it runs on Python 3.13'; else tests/tools/each_python.sh 3.13; fi

contract: setup ## the sandbox and the modules against the cloud's published specification
	python -m pytest -q tests/contract

network: setup ## the check on a real network: namespaces, firewalls, a resolver and a MariaDB server
	@tests/tools/network_packages.sh '$(CACHE)/network/packages'
	timeout --foreground 600 python -m pytest -q -n 2 -rs $(QUICK) tests/network

more-network: setup ## every break of that network
	@tests/tools/network_packages.sh '$(CACHE)/network/packages'
	timeout --foreground 600 python -m pytest -q -n 2 -rs $(SLOW) tests/network

system: setup ## modules, role and playbooks against a sandbox: bad input, faults, kills, AWX jobs
	timeout --foreground 1800 python -m pytest -q -n $(JOBS) --dist loadfile $(QUICK) tests/system

more-system: setup ## a fifth of its other variants: each call killed, four roles at once, each playbook with hostile names; SHARE=1 is all
	timeout --foreground 3600 python -m pytest -q -n $(JOBS) --dist loadfile $(SLOW) $(DRAWN) tests/system

chaos-sample: setup ## a sample of chaos: cells of the matrix, races, the random model, hostile input
	timeout --foreground 900 python -m pytest -q -n 2 tests/chaos

more-chaos: setup ## a larger sample of the matrix
	CHAOS_CELLS=30 timeout --foreground 900 python -m pytest -q -n 2 tests/chaos/test_sample.py -k fault

chaos: setup ## every call x every fault x every job, races, the random model and hostile input; docs/reliability.md
	python -m tests.chaos --kept '$(CACHE)/outcomes' --page docs/reliability.md $(if $(SEED),--seed $(SEED))

nightly: export SHARE = 1
nightly: test-all ## all of that and of chaos, and more of it: rounds of races, 1,000 operations, 10,000 cases for each parser, each Python
	python -m tests.chaos --rounds 20 --operations 1000 --cases 10000 $(if $(SEED),--seed $(SEED))
	@tests/tools/each_python.sh 3.10 3.12 3.14

# Two Pythons may be tested at once, each with amazon.aws of its own, and two parts that write into their copies.
COPY      = $(CACHE)/copy/$(notdir $(VENV))$(SUFFIX)
PYVERSION = $(shell '$(VENV)/bin/python' -c 'import sys; print("%d.%d" % sys.version_info[:2])')
LOCAL = --local --color no --python $(PYVERSION)
ANSIBLE_TEST = HOME='$(CACHE)/home' ansible-test

copy: setup
	@tests/tools/lay_copy.sh '$(COPY)'
	@tests/tools/lay_home.sh '$(CACHE)/home'

sanity: copy ## ansible-test sanity, no ignore files; its pylint is a part of its own
	cd '$(COPY)/$(NAME)' && $(ANSIBLE_TEST) sanity $(LOCAL) --skip-test pylint </dev/null |& tee '$(COPY).sanity.log'
	@! grep -q 'All targets skipped' '$(COPY).sanity.log'

pylint: copy ## the one test of ansible-test sanity that takes as long as all others
	cd '$(COPY)/$(NAME)' && $(ANSIBLE_TEST) sanity $(LOCAL) --test pylint </dev/null |& tee '$(COPY).pylint.log'
	@! grep -q 'All targets skipped' '$(COPY).pylint.log'

integration: SUFFIX = -integration
integration: copy ## ansible-test integration of the modules, beside a sandbox of its own
	@$(BESIDE_SANDBOX) TARGETS='--exclude exhaustive/'

more-integration: SUFFIX = -more-integration
more-integration: copy ## that of private_endpoint, of fleets and of the role
	@$(BESIDE_SANDBOX) TARGETS=exhaustive/

BESIDE_SANDBOX = tests/tools/with_sandbox.sh '$(CACHE)/sandbox$(SUFFIX)' 10 $(MAKE) --no-print-directory integration-targets SUFFIX=$(SUFFIX)

integration-targets:
	@printf '{"sandbox": %s}\n' "$$(cat '$(CACHE)/sandbox$(SUFFIX)/sandbox.json')" >'$(COPY)/$(NAME)/tests/integration/integration_config.yml'
	cd '$(COPY)/$(NAME)' && $(ANSIBLE_TEST) integration --local --color no --python $(PYVERSION) $(TARGETS) </dev/null

molecule: setup ## the role's scenarios; the default scenario starts and stops their sandbox
	molecule test --all --no-command-borders </dev/null

sandbox-up: setup ## start the sandbox; .cache/sandbox/sandbox.env has what a shell needs
	@python -m tests.sandbox start --directory '$(CACHE)/sandbox'

sandbox-down: setup ## stop it
	@python -m tests.sandbox stop --directory '$(CACHE)/sandbox'

sandbox-status: setup ## what is in it
	@python -m tests.sandbox status --directory '$(CACHE)/sandbox'

demo: setup ## see a whole life of a connection, from an empty account and back, on this machine alone
	@python -m tests.demo

demo-self-hosted: setup ## its second half alone: a TiDB of your own, published in one account and reached from another
	@python -m tests.demo --self-hosted

bench: setup ## what fleets cost, beside what users would have without this collection; a quarter of an hour, JSON in .cache/bench
	@python -m tests.benchmarks

.PHONY: more test-all older newer coverage more-network more-system more-chaos more-integration oldest pins bench demo demo-self-hosted help setup test lint unit contract network chaos chaos-sample nightly system copy sanity pylint integration integration-targets molecule sandbox-up sandbox-down sandbox-status
