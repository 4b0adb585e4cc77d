# make demo · make test · make bench: each sets up what it needs (scripts/setup says what and why).
# make bench BENCH='--quick --only mlp' measures less.
SHELL := /bin/bash
export OMP_WAIT_POLICY ?= PASSIVE
swift := swift
tool := .build/release/likeness

.PHONY: demo test bench build setup format lint
.DEFAULT_GOAL := build

setup:
	@scripts/setup

build: setup
	$(swift) build -c release --product likeness

test:
	@scripts/setup --with-test-tools
	$(swift) build -c release --build-tests
	@scripts/test

demo: build
	@scripts/demo $(tool)

bench: setup
	@scripts/bench $(BENCH)

format:
	$(swift) format format -i -r Package.swift Sources Tests Benchmarks

lint:
	python3 Tools/check-layout.py
	$(swift) format lint --strict -r Package.swift Sources Tests Benchmarks
