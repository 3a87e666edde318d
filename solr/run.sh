#!/usr/bin/env bash
# Apache Solr from its official jars, for machines without Docker.
#
#   solr/run.sh fetch         resolve the jars of pom.xml into solr/target/lib and compile the launcher
#   solr/run.sh cloud [PORT]  one SolrCloud node in the foreground, its own ZooKeeper on PORT + 1000
#   solr/run.sh zookeeper PORT     a ZooKeeper by itself, for several nodes
#   solr/run.sh node PORT ZKHOST   a node that uses that one, such as 127.0.0.1:2181
#
# SOLR_DATA (solr/target/data) is the folder of the indexes, SOLR_HEAP (1g) the size of the heap.
# Further arguments of `cloud` go to Java: solr/run.sh cloud 8983 -Dsolr.log.level=debug
set -euo pipefail
cd "$(dirname "$0")"

fetch() {
  rm -rf target/lib target/classes
  mvn --batch-mode --quiet -Dstyle.color=never dependency:copy-dependencies -DincludeScope=runtime -DoutputDirectory=target/lib
  refuse_unwanted_jars
  mkdir -p target/classes
  javac -proc:none -XDsuppressNotes -cp 'target/lib/*' -d target/classes SolrLauncher.java
}

refuse_unwanted_jars() {  # a second logging back end or an older Jetty would win by chance of file order
  local unwanted
  unwanted=$(find target/lib -name 'logback*' -o -name 'commons-logging*' -o -name 'slf4j-simple*' \
    -o -name 'slf4j-nop*' -o -name 'jetty-*-9.4*')
  if [ -n "$unwanted" ]; then
    printf 'unwanted jars:\n%s\n' "$unwanted" >&2
    exit 1
  fi
}

java_flags() {
  local heap=${SOLR_HEAP:-1g} release
  flags=(-Xms"$heap" -Xmx"$heap" -XX:+UseG1GC -XX:MaxGCPauseMillis=250 -XX:+ParallelRefProcEnabled
    -XX:-OmitStackTraceInFastThrow -XX:+ExitOnOutOfMemoryError
    -Duser.timezone=UTC -Dfile.encoding=UTF-8 -Djava.awt.headless=true
    -Dlog4j2.configurationFile="$PWD/log4j2.xml"
    # the compiler breaks this one method of Solr's cache (SOLR-16463)
    -XX:CompileCommand=quiet
    -XX:CompileCommand=exclude,com.github.benmanes.caffeine.cache.BoundedLocalCache::put)
  release=$(java -XshowSettings:properties -version 2>&1 | sed -n 's/.*java.specification.version = //p')
  case $release in
    20 | 21) flags+=(--add-modules jdk.incubator.vector --enable-native-access=ALL-UNNAMED) ;;
  esac
}

solr() {
  local port=$1
  shift
  local home=${SOLR_DATA:-$PWD/target/data}
  mkdir -p "$home"
  java_flags
  # A killed node comes back only when ZooKeeper has forgotten its session: 8 s instead of Solr's 30 s.
  exec java "${flags[@]}" -Dsolr.solr.home="$home" -Djetty.port="$port" -DzkClientTimeout=8000 "$@" \
    -cp 'target/classes:target/lib/*' SolrLauncher
}

cloud() {
  local port=${1:-8983}
  shift || true
  solr "$port" -DzkRun "$@"
}

node() {
  local port=$1 zookeeper=$2
  shift 2
  solr "$port" -DzkHost="$zookeeper" "$@"
}

zookeeper() {
  local home=${SOLR_DATA:-$PWD/target/zookeeper}
  mkdir -p "$home"
  exec java -Xmx256m -Dzookeeper.admin.enableServer=false -Dlog4j2.configurationFile="$PWD/log4j2.xml" \
    -cp 'target/lib/*' org.apache.zookeeper.server.ZooKeeperServerMain "$1" "$home"
}

command=${1:-help}
shift || true
case $command in
  fetch) fetch ;;
  cloud) cloud "$@" ;;
  node) node "$@" ;;
  zookeeper) zookeeper "$@" ;;
  *)
    sed -n '2,10s/^# \{0,1\}//p' "$0"
    exit 2
    ;;
esac
