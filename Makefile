# Everything below is done by the Python package services/, which needs nothing installed but Python;
# services/start.sh installs that too where it is missing.

.DEFAULT_GOAL := help
.PHONY: help run stop test lint pictures faults soak bench clean

help:
	@echo 'make run    install what is missing, start everything, print the addresses; Ctrl-C ends all'
	@echo '            PORT=8000 FLOWER_PORT=5555 SOLR_PORT=8983 RABBITMQ_PORT=5672 DATA_DIR=var'
	@echo '            DEV=1: debugging on, code is reloaded when it changes'
	@echo 'make test   lint, types, import contract, migrations and all tests, on services of its own'
	@echo "            ARGS='-k name': a part of the tests; DATABASE=sqlite: on SQLite"
	@echo 'make lint   all of that but the tests'
	@echo 'make pictures  the browser tests; what they see is kept in var/screenshots'
	@echo 'make faults each server and process dies by itself while people edit: takes an hour; prints a table'
	@echo "            ARGS='-k replay': some of them; DATABASE=sqlite: on SQLite"
	@echo "make soak   edits while everything dies by turns: ARGS='--minutes 2 --seed 7'"
	@echo "make bench  benchmarks: ARGS='sync --documents 50000', or relevance, search, edit, uploads,"
	@echo '            reports; prepared data is kept in DATA_DIR/bench'
	@echo 'make stop   end a `make run` that goes on elsewhere'
	@echo 'make clean  stop, then remove all data, logs, secrets and installed packages of this folder'

run stop test lint pictures faults soak bench clean:
	@exec sh services/start.sh $@
