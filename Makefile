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
# Some containers set this, so that Python writes no .pyc files; each of the thousands of commands that tests run would
# then compile all its imports again.
unexport PYTHONDONTWRITEBYTECODE
# In a repository that is an Ansible collection Molecule looks in extensions/molecule by default.
export MOLECULE_GLOB := tests/molecule/*/molecule.yml

PYTEST := .venv/bin/pytest
# Number of pytest processes, each taking whole files: two per processor, because tests of hosts mostly wait.
JOBS ?= $(shell echo $$((2 * $$(nproc))))
SIDE_BY_SIDE := --numprocesses $(JOBS) --maxprocesses 8 --dist loadfile --no-loadscope-reorder
# Coverage of all Python code that runs in production, also in subprocesses of tests (configured in pyproject.toml).
COVERAGE := --cov --cov-report=term:skip-covered
# The lab needs no third-party package, so `make down` works even if `make setup` failed.
LAB := $(or $(wildcard .venv/bin/python),python3) -m tests.lab
# The commit that `make check` compares with; `make check SINCE=main` covers all changes of a branch.
SINCE ?= HEAD
# Slowest first, because two run at a time.
LINTERS := lint-ansible lint-types lint-python lint-format lint-yaml lint-shell lint-php lint-units lint-web lint-commits
LOCALE := plugins/module_utils/danhba/locale
# Folder of the virtual environment with the release tools, and of their output.
RELEASE := build/release
# Message template extracted from the code, sorted by file.
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

# Too slow for each commit, but its findings should be at most a day old: tests that depend on their order, and mutants of
# templates and SQL that no test below e2e detects.
night: setup ## Kiểm thử mỗi đêm một lần | once a night: tests in a random order, then mutants of templates and SQL
	@.venv/bin/pip install --no-input --disable-pip-version-check --quiet --require-hashes --no-deps \
	  --requirement requirements/night.txt
	@$(PYTEST) $(SIDE_BY_SIDE) -p randomly -m 'not long' tests/unit tests/integration
	@$(MAKE) --no-print-directory mutants-of-templates

mutants-of-templates: setup ## Sửa sai template, SQL xem kiểm thử có thấy không | mutate templates and SQL, and check that tests fail
	@nice .venv/bin/python -m tests.mutants.configuration $(MUTANTS)

check: setup ## Soát và kiểm thử đơn vị những gì đã sửa | lint, and the unit tests of what changed
	@$(MAKE) --no-print-directory --jobs 2 --output-sync $(filter-out lint-ansible,$(LINTERS)) unit-changed

# In a commit hook, git sets variables such as GIT_INDEX_FILE; unset them, or each git that a test runs in another
# repository would use the index of this commit.
unit-changed:
	@unset $$(git rev-parse --local-env-vars) && tests=$$(.venv/bin/python -m tests.support.changed --since $(SINCE)) && \
	  if [[ -n $$tests ]]; then $(PYTEST) --quiet --numprocesses $$(nproc) --dist loadfile $$tests; fi

long: setup ## Kiểm thử lâu mà make test không có | the tests that make test leaves out
	@$(PYTEST) $(SIDE_BY_SIDE) -m long

unit: setup ## Kiểm thử đơn vị | unit tests
	@$(PYTEST) $(SIDE_BY_SIDE) tests/unit

integration: setup ## Kiểm thử với PostgreSQL và máy thử thật | tests against real PostgreSQL and real hosts
	@$(PYTEST) $(SIDE_BY_SIDE) tests/integration

coverage: setup ## Đo độ phủ, từng phần phải đủ | measure coverage; fails if a part has too little
	@$(PYTEST) $(SIDE_BY_SIDE) $(COVERAGE) -m 'not long and not no_cover' tests/unit tests/integration

molecule: setup ## Kiểm thử các role trên máy Debian thật | tests of the roles on real Debian hosts
	@$(PYTEST) $(SIDE_BY_SIDE) tests/molecule

e2e: setup ## Kiểm thử đầu cuối bằng chương trình thư thật | end to end, with real mail clients
	@$(PYTEST) $(SIDE_BY_SIDE) tests/e2e

fuzz: setup ## Thử với dữ liệu hỏng | try broken registers and lists
	@.venv/bin/python -m tests.fuzz

mutants: setup ## Sửa sai mã nguồn xem kiểm thử có thấy không | mutate the code, and check that tests fail
	@nice .venv/bin/python -m tests.mutants $(MUTANTS)

sanity: setup ## Chạy kiểm thử của Ansible cho mọi collection | run ansible-test sanity
	@nice .venv/bin/python -m tests.sanity $(SANITY)

testssl: setup ## Soát TLS của một máy bằng testssl.sh | check a host's TLS by testssl.sh: make testssl HOST=10.233.0.20
	@.venv/bin/python -m tests.support.tls $(HOST)

bench: setup ## Đo hiệu năng | measure speed and memory
	@.venv/bin/python -m tests.bench

# The release tools need about sixty packages that nothing else needs, so they have a virtual environment of their own.
$(RELEASE)/.prepared: requirements/release.txt
	@mkdir -p $(RELEASE) && .venv/bin/python -m venv --clear $(RELEASE)/venv
	@$(RELEASE)/venv/bin/pip install --no-input --disable-pip-version-check --quiet --require-hashes --no-deps --requirement $<
	@touch $@

release: setup $(RELEASE)/.prepared ## Phát hành một phiên bản | make a release: make release VERSION=0.2.0
	@.venv/bin/python -m tests.release version "$(VERSION)"

docsite: setup $(RELEASE)/.prepared ## Trang tài liệu module và role | pages of modules and roles, in build/docsite
	@.venv/bin/python -m tests.release docsite

lint-changelog: setup $(RELEASE)/.prepared ## Soát các mẩu thay đổi | lint changelogs/fragments and the modules' documentation
	@.venv/bin/python -m tests.release lint

messages: setup ## Cập nhật và biên dịch bản tiếng Việt | update and compile the Vietnamese catalogue
	@mkdir -p build
	@pybabel -q extract --no-default-keywords -k _ --add-location=file --sort-by-file -w 120 -o $(POT) plugins
	@pybabel -q update -D danhba -l vi -d $(LOCALE) -i $(POT) --ignore-obsolete --ignore-pot-creation-date -w 120
	@pybabel -q compile -D danhba -d $(LOCALE) --statistics

generated: setup ## Tạo lại tệp sinh tự động | regenerate all generated files: CODEOWNERS, schemas, rules, clauses, events
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

pictures: setup ## Vẽ lại hình của các hướng dẫn | redraw the pictures of the guides
	@.venv/bin/python -m tests.pictures

screenshots: demo ## Chụp lại các trang cho các hướng dẫn | retake the guides' screenshots on the demo host
	@mkdir -p docs/vi/hinh/webmail
	@DANHBA_SCREENSHOTS=$(CURDIR)/build/screenshots $(PYTEST) tests/e2e/test_first_day.py tests/e2e/test_usage_page.py
	@for name in $$(grep -oh 'webmail/[a-z-]*\.png' docs/vi/*.md | sort -u); do \
	  cp build/screenshots/$${name#*/} docs/vi/hinh/webmail/; done
	@PYTHONPATH=.ansible/collections .venv/bin/python -m tests.pictures.operating

lint: setup ## Soát mã nguồn | run all linters
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

# Biome has wheels for x86_64 only; elsewhere this target does nothing.
lint-web:
	$(if $(filter x86_64,$(shell uname -m)),biome lint --config-path=.config/biome.jsonc --error-on-warnings plugins roles)

# Checks the messages of the commits that are not yet in origin's main branch; COMMITS_BASE names another branch.
lint-commits:
	scripts/commit_message.py

clean: down ## Gỡ tất cả, cả bộ đệm và .venv | remove everything, caches and .venv too
	@$(LAB) clean
	@rm -rf .venv .ansible .mypy_cache .pytest_cache .ruff_cache .hypothesis build dist *.egg-info
