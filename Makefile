# Every command of this project. `make` alone lists them.
.DEFAULT_GOAL := help
.PHONY: help setup demo drill down clean test check unit unit-changed integration coverage molecule e2e testssl bench fuzz mutants mutants-of-templates night sanity \
        release docsite lint-changelog generated messages pictures screenshots lint lint-python lint-format lint-types lint-yaml lint-ansible lint-shell lint-php \
        lint-units lint-web lint-commits
SHELL := /bin/bash

# A root shell opened by `su` may lack the sbin directories; Ansible's tools look for each other on the PATH.
export PATH := $(CURDIR)/.venv/bin:$(PATH):/usr/sbin:/sbin
# Ansible refuses to start without a UTF-8 locale.
export LC_ALL := C.UTF-8
# Some containers forbid Python to keep what it has compiled; thousands of commands that tests run would each compile all.
unexport PYTHONDONTWRITEBYTECODE
# Molecule looks elsewhere in a repository that is an Ansible collection.
export MOLECULE_GLOB := tests/molecule/*/molecule.yml

PYTEST := .venv/bin/pytest
# How many processes share the tests, each taking a whole file: two to a processor, for tests of hosts wait.
JOBS ?= $(shell echo $$((2 * $$(nproc))))
SIDE_BY_SIDE := --numprocesses $(JOBS) --maxprocesses 8 --dist loadfile --no-loadscope-reorder
# Of all Python that runs in production, also in processes that tests start (pyproject.toml).
COVERAGE := --cov --cov-report=term:skip-covered
# The lab needs no third-party package, so that `make down` works where `make setup` did not get through.
LAB := $(or $(wildcard .venv/bin/python),python3) -m tests.lab
# What `make check` compares with; `make check SINCE=main` for all that a branch has changed.
SINCE ?= HEAD
# The longest first: two run at a time.
LINTERS := lint-ansible lint-types lint-python lint-format lint-yaml lint-shell lint-php lint-units lint-web lint-commits
LOCALE := plugins/module_utils/danhba/locale
# The tools of a release, and what they make.
RELEASE := build/release
# What the code says now, in the order of its files.
POT := build/danhba.pot

help: ## Danh sách lệnh | this list
	@awk -F ':.*## ' '/^[a-z0-9]+:.*## / {printf "make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## Chuẩn bị máy và bản sao này | prepare this machine and this clone
	@scripts/setup

demo: setup ## Dựng máy chủ thư và chạy việc chính | build a mail server and do the main job on it
	@.venv/bin/python -m tests.demo $(DEMO)

down: ## Gỡ mọi máy thử | remove every test host
	@$(LAB) down --all
	@rm -rf .private/lab

drill: setup ## Diễn tập phục hồi từ bản sao lưu | drill a restore: make drill DRILL="--inventory inventories/NAME"
	@.venv/bin/ansible-playbook $(DRILL) playbooks/drill.yml

test: setup lint ## Mọi kiểm tra | every check and test
	@$(PYTEST) $(SIDE_BY_SIDE) -m "$$(.venv/bin/python -m tests.support.changed --marks --since $(SINCE))"

# What finds nothing new on most days, but has to be found within one: tests that stand on each other, and faults that no
# test below e2e sees any more.
night: setup ## Kiểm thử mỗi đêm một lần | once a night: tests in a random order, those of the tests, faults of templates
	@.venv/bin/pip install --no-input --disable-pip-version-check --quiet --require-hashes --no-deps \
	  --requirement requirements/night.txt
	@$(PYTEST) $(SIDE_BY_SIDE) -p randomly -m 'not long' tests/unit tests/integration
	@$(MAKE) --no-print-directory mutants-of-templates

mutants-of-templates: setup ## Sửa sai template, SQL xem kiểm thử có thấy không | break templates and SQL: do the tests notice
	@nice .venv/bin/python -m tests.mutants.configuration $(MUTANTS)

check: setup ## Soát và kiểm thử đơn vị những gì đã sửa | lint, and the unit tests of what changed
	@$(MAKE) --no-print-directory --jobs 2 --output-sync $(filter-out lint-ansible,$(LINTERS)) unit-changed

# Inside a commit, git's variables name that commit's index to every git that a test runs elsewhere.
unit-changed:
	@unset $$(git rev-parse --local-env-vars) && tests=$$(.venv/bin/python -m tests.support.changed --since $(SINCE)) && \
	  if [[ -n $$tests ]]; then $(PYTEST) --quiet --numprocesses $$(nproc) --dist loadfile $$tests; fi

long: setup ## Kiểm thử lâu mà make test không có | the tests that make test leaves out
	@$(PYTEST) $(SIDE_BY_SIDE) -m long

unit: setup ## Kiểm thử đơn vị | unit tests
	@$(PYTEST) $(SIDE_BY_SIDE) tests/unit

integration: setup ## Kiểm thử với PostgreSQL và máy thử thật | tests against real PostgreSQL and real hosts
	@$(PYTEST) $(SIDE_BY_SIDE) tests/integration

coverage: setup ## Đo độ phủ, từng phần phải đủ | measure coverage, of which each part needs its share
	@$(PYTEST) $(SIDE_BY_SIDE) $(COVERAGE) -m 'not long and not no_cover' tests/unit tests/integration

molecule: setup ## Kiểm thử các role trên máy Debian thật | tests of the roles on real Debian hosts
	@$(PYTEST) $(SIDE_BY_SIDE) tests/molecule

e2e: setup ## Kiểm thử đầu cuối bằng chương trình thư thật | end to end, with real mail clients
	@$(PYTEST) $(SIDE_BY_SIDE) tests/e2e

fuzz: setup ## Thử với dữ liệu hỏng | try broken registers and lists
	@.venv/bin/python -m tests.fuzz

mutants: setup ## Sửa sai mã nguồn xem kiểm thử có thấy không | break the code and see whether the tests notice
	@nice .venv/bin/python -m tests.mutants $(MUTANTS)

sanity: setup ## Chạy kiểm thử của Ansible cho mọi collection | run Ansible's own tests of any collection
	@nice .venv/bin/python -m tests.sanity $(SANITY)

testssl: setup ## Soát TLS của một máy bằng testssl.sh | look over a host's TLS by testssl.sh: make testssl HOST=10.233.0.20
	@.venv/bin/python -m tests.support.tls $(HOST)

bench: setup ## Đo hiệu năng | measure speed and memory
	@.venv/bin/python -m tests.bench

# What makes releases needs some sixty packages that nothing else does, so they have an environment of their own.
$(RELEASE)/.prepared: requirements/release.txt
	@mkdir -p $(RELEASE) && .venv/bin/python -m venv --clear $(RELEASE)/venv
	@$(RELEASE)/venv/bin/pip install --no-input --disable-pip-version-check --quiet --require-hashes --no-deps --requirement $<
	@touch $@

release: setup $(RELEASE)/.prepared ## Phát hành một phiên bản | make a release: make release VERSION=0.2.0
	@.venv/bin/python -m tests.release version "$(VERSION)"

docsite: setup $(RELEASE)/.prepared ## Trang tài liệu module và role | pages of modules and roles, in build/docsite
	@.venv/bin/python -m tests.release docsite

lint-changelog: setup $(RELEASE)/.prepared ## Soát các mẩu thay đổi | look over changelogs/fragments and the modules' documentation
	@.venv/bin/python -m tests.release lint

messages: setup ## Cập nhật và biên dịch bản tiếng Việt | update and compile the Vietnamese catalogue
	@mkdir -p build
	@pybabel -q extract --no-default-keywords -k _ --add-location=file --sort-by-file -w 120 -o $(POT) plugins
	@pybabel -q update -D danhba -l vi -d $(LOCALE) -i $(POT) --ignore-obsolete --ignore-pot-creation-date -w 120
	@pybabel -q compile -D danhba -d $(LOCALE) --statistics

generated: setup ## Tạo lại tệp sinh tự động | make the generated files anew: CODEOWNERS, schemas, rules, clauses, events
	@mkdir -p build
	@.venv/bin/python -m tests.support.forge_files
	@files=plugins/module_utils/danhba/founding/files && \
	  .venv/bin/python -m tests.support.locked > build/requirements.txt && mv build/requirements.txt $$files/ && \
	  .venv/bin/python -m tests.support.locked reports > build/reports.txt && mv build/reports.txt $$files/
	@for kind in agency province; do danhba schema $$kind > directory/.schema/$$kind.json; done
	@.venv/bin/python -m tests.fixtures index
	@.venv/bin/python -m tests.clauses
	@.venv/bin/python -m tests.events
	@PYTHONPATH=.ansible/collections:roles/programs/files .venv/bin/python -m tests.schema

pictures: setup ## Vẽ lại hình của các hướng dẫn | draw the pictures of the guides anew
	@.venv/bin/python -m tests.pictures

screenshots: demo ## Chụp lại các trang cho các hướng dẫn | take the guides' screenshots anew, on the demo's host
	@mkdir -p docs/vi/hinh/webmail
	@DANHBA_SCREENSHOTS=$(CURDIR)/build/screenshots $(PYTEST) tests/e2e/test_first_day.py tests/e2e/test_usage_page.py
	@for name in $$(grep -oh 'webmail/[a-z-]*\.png' docs/vi/*.md | sort -u); do \
	  cp build/screenshots/$${name#*/} docs/vi/hinh/webmail/; done
	@PYTHONPATH=.ansible/collections .venv/bin/python -m tests.pictures.operating

lint: setup ## Soát mã nguồn | look over the code
	@$(MAKE) --no-print-directory --jobs 2 --output-sync --keep-going $(LINTERS)

lint-python:
	ruff check

lint-format:
	ruff format --check

lint-types:
	mypy

lint-yaml:
	yamllint --strict .

lint-ansible:
	ansible-lint

lint-shell lint-php lint-units: lint-%:
	python -m tests.lint $*

# Biome has no wheel for other machines.
lint-web:
	$(if $(filter x86_64,$(shell uname -m)),biome lint --config-path=.config/biome.jsonc --error-on-warnings plugins roles)

# The messages of the commits that origin's main branch does not have yet; COMMITS_BASE names another branch.
lint-commits:
	scripts/commit_message.py

clean: down ## Gỡ tất cả, cả bộ đệm và .venv | remove everything, caches and .venv too
	@$(LAB) clean
	@rm -rf .venv .ansible .mypy_cache .pytest_cache .ruff_cache .hypothesis build dist *.egg-info
