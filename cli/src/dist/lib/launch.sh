# What the launchers of the distribution and of the repository share.

fail() {
  echo "dmyt: $*" >&2
  exit 1
}

# Sets java, release (the file that describes the runtime, if there is one) and feature (its
# version's first number, 17 or more; 17 if it isn't known).
find_java() {
  local name value
  java=java
  if [ -n "${JAVA_HOME:-}" ]; then java=$JAVA_HOME/bin/java; fi
  java=$(command -v "$java") || fail "no Java found: install Java 17 or newer, or set JAVA_HOME"
  release=$(readlink -f "$java" 2>/dev/null) || release=$java
  release=$(dirname "$(dirname "$release")")/release
  feature=17
  if [ -r "$release" ]; then
    while IFS='=' read -r name value; do
      if [ "$name" = JAVA_VERSION ]; then
        value=${value//\"/}
        value=${value%%[!0-9]*}
        if [ -n "$value" ]; then feature=$value; fi
      fi
    done <"$release"
  fi
  if [ "$feature" -lt 17 ]; then
    fail "$java is Java $feature: install Java 17 or newer, or set JAVA_HOME"
  fi
}

# The JVM reads arguments and file names in the locale's encoding. Where that isn't UTF-8, it can't
# open names with letters beyond ASCII, and a UTF-8 locale is put in its place.
set_locale() {
  local encoding name best=
  encoding=$(locale charmap 2>/dev/null) || encoding=${LC_ALL:-${LC_CTYPE:-${LANG:-}}}
  case $encoding in *[Uu][Tt][Ff]-8 | *[Uu][Tt][Ff]8) return ;; esac
  while read -r name; do
    case $name in
      C.[Uu][Tt][Ff]*8) best=$name && break ;;
      en_US.[Uu][Tt][Ff]*8) best=$name ;;
      *.[Uu][Tt][Ff]*8) best=${best:-$name} ;;
    esac
  done < <(locale -a 2>/dev/null)
  export LC_ALL=${best:-C.UTF-8}
}

# Threads that wait for each other spin for some microseconds only, unless the user decides, and then
# give their core away. libgomp spins for milliseconds: each of two trainings at once on two cores took
# six times as long as one alone; it takes twice as long this way, and one alone no longer than before.
set_waiting() {
  if [ -z "${OMP_WAIT_POLICY:-}${GOMP_SPINCOUNT:-}${KMP_BLOCKTIME:-}" ]; then
    export GOMP_SPINCOUNT=500
  fi
}

# glibc gives each thread an arena of its own, and keeps in it what the thread has freed: in 20 epochs
# that came to 130 MB, with one arena for all to 34. It is one, unless the user decides.
set_allocator() {
  export MALLOC_ARENA_MAX=${MALLOC_ARENA_MAX:-1}
}

# Sets memory: the megabytes that this machine or container has.
measure_memory() {
  local name value unit file bytes=8589934592
  if [ -r /proc/meminfo ]; then
    while read -r name value unit; do
      if [ "$name" = MemTotal: ]; then bytes=$((value * 1024)) && break; fi
    done </proc/meminfo
    for file in /sys/fs/cgroup/memory.max /sys/fs/cgroup/memory/memory.limit_in_bytes; do
      if [ -r "$file" ] && read -r value <"$file"; then
        case $value in
          *[!0-9]* | '') ;;
          *) if [ "${#value}" -lt 16 ] && [ "$value" -lt "$bytes" ]; then bytes=$value; fi ;;
        esac
      fi
    done
  else
    bytes=$(sysctl -n hw.memsize 2>/dev/null) || bytes=8589934592
  fi
  memory=$((bytes / 1048576))
}

# Sets base_options: a quarter of the memory for the heap, a half for native arrays; and options,
# with the user's.
set_options() {
  measure_memory
  heap=$((memory / 4))
  if [ "$heap" -gt 8192 ]; then heap=8192; fi
  if [ "$heap" -lt 512 ]; then heap=512; fi
  offheap=$((memory / 2))
  if [ "$offheap" -lt 1024 ]; then offheap=1024; fi
  base_options=(
    "-Xmx${heap}m"
    "-Dorg.bytedeco.javacpp.maxbytes=${offheap}m"
    "-Dorg.bytedeco.javacpp.maxphysicalbytes=0"
    "-XX:+UseParallelGC"
    "-Dfile.encoding=UTF-8"
  )
  if [ "$feature" -ge 24 ]; then
    # These would warn of what JavaCPP does.
    base_options+=("--enable-native-access=ALL-UNNAMED" "--sun-misc-unsafe-memory-access=allow")
  fi
  options=("${base_options[@]}")
  if [ -t 2 ]; then options+=("-Ddmyt.terminal=true"); fi
  if [ -n "${JAVA_OPTS:-}" ]; then
    # shellcheck disable=SC2206 # meant to be split
    options+=(${JAVA_OPTS})
  fi
}

checksum() {
  local sum size
  read -r sum size < <(cksum)
  echo "$sum"
}

# Sets archive to the file that the JVM maps instead of loading and checking our classes one by
# one, and makes it before the first command that computes. Its name says for which runtime and class
# path, which build and of what size it is: a JVM crashes on one that was cut off. It lies in the
# installation or, where that is read-only, in the cache folder. An empty one says that it could not
# be made.
find_archive() {
  local installation=$1 class_path=$2 command=$3 cache folder place prefix name file size scratch
  archive=
  case " ${options[*]} " in
    *" -Xshare:"* | *" -XX:SharedArchiveFile="* | *" -XX:ArchiveClassesAtExit="*) return ;;
  esac
  case $class_path in
    # In such folders older JVMs leave an archive's classes alone.
    *[!-A-Za-z0-9/._:+@]*) if [ "$feature" -lt 25 ]; then return; fi ;;
  esac
  prefix=classes-$({
    if [ -r "$release" ]; then cat "$release"; else "$java" -version 2>&1; fi
    printf '%s\n' "$java" "$class_path"
  } | checksum)
  name=$prefix-$(cat "${own_jars[@]}" | checksum)
  if [ "$(uname)" = Darwin ]; then
    cache=${HOME:+$HOME/Library/Caches}
  else
    cache=${XDG_CACHE_HOME:-${HOME:+$HOME/.cache}}
  fi
  cache=${DMYT_CACHE:-${cache:+$cache/dmyt}}
  for place in "$installation" ${cache:+"$cache"}; do
    for file in "$place/$name"-*.jsa; do
      size=${file##*-}
      size=${size%.jsa}
      if [ -r "$file" ] && [ "$(wc -c <"$file")" -eq "$size" ]; then
        if [ "$size" -gt 0 ]; then archive=$file; fi
        return
      fi
    done
  done
  case $command in bench | calibrate | convert | demo | embed | faces | predict | test | train) ;; *) return ;; esac

  for folder in "$installation" "$cache" ''; do
    if [ -z "$folder" ]; then return; fi
    if mkdir -p "$folder" 2>/dev/null && [ -w "$folder" ]; then break; fi
  done
  if [ -t 2 ]; then echo "dmyt: preparing faster starts (once, some seconds) ..." >&2; fi
  scratch=$folder/.$name.$$
  trap 'rm -f "$scratch"' EXIT
  if ! "$java" "${base_options[@]}" "-XX:ArchiveClassesAtExit=$scratch" -cp "$class_path" \
    io.dmyt.cli.StartRehearsal >/dev/null 2>&1 </dev/null; then
    rm -f "$scratch"
  fi
  if [ -s "$scratch" ] || : >"$scratch"; then
    size=$(($(wc -c <"$scratch")))
    archive=$folder/$name-$size.jsa
    if ! mv -f "$scratch" "$archive" || [ "$size" = 0 ]; then archive=; fi
    for file in "$folder/$prefix"-*.jsa; do
      if [ "$file" != "$folder/$name-$size.jsa" ]; then rm -f "$file"; fi
    done
  fi 2>/dev/null
  trap - EXIT
}

# What Spark asks of Java 17, as in its org.apache.spark.launcher.JavaModuleOptions.
spark_options=(
  --add-opens=java.base/java.lang=ALL-UNNAMED
  --add-opens=java.base/java.lang.invoke=ALL-UNNAMED
  --add-opens=java.base/java.lang.reflect=ALL-UNNAMED
  --add-opens=java.base/java.io=ALL-UNNAMED
  --add-opens=java.base/java.net=ALL-UNNAMED
  --add-opens=java.base/java.nio=ALL-UNNAMED
  --add-opens=java.base/java.util=ALL-UNNAMED
  --add-opens=java.base/java.util.concurrent=ALL-UNNAMED
  --add-opens=java.base/java.util.concurrent.atomic=ALL-UNNAMED
  --add-opens=java.base/jdk.internal.ref=ALL-UNNAMED
  --add-opens=java.base/sun.nio.ch=ALL-UNNAMED
  --add-opens=java.base/sun.nio.cs=ALL-UNNAMED
  --add-opens=java.base/sun.security.action=ALL-UNNAMED
  --add-opens=java.base/sun.util.calendar=ALL-UNNAMED
  -Dlog4j2.configurationFile=classpath:dmyt-spark-log.properties
  -Dslf4j.internal.verbosity=ERROR
)

# launch FOLDER CLASS_PATH ARGUMENTS...: becomes the JVM. FOLDER takes the class-data archive, and
# the array own_jars has the jars that change with every build of ours.
launch() {
  local installation=$1 class_path=$2 argument verbose='' spark='' command=${3:-}
  shift 2
  set_locale
  set_waiting
  set_allocator
  set_options
  for argument in "$@"; do
    case $argument in
      --verbose) verbose=1 ;;
      -h | --help) command=help ;;
      --spark | --spark=*) spark=1 ;;
    esac
  done
  if [ -n "$spark" ] && [ -n "${SPARK_HOME:-}" ]; then
    # Spark's jars come first: it refuses to run with a newer Jackson than its own.
    class_path="$SPARK_HOME/jars/*:$class_path"
    # Spark's own scripts say so; executors that this process starts (local-cluster) need it.
    export SPARK_SCALA_VERSION=${SPARK_SCALA_VERSION:-2.12}
    options+=("${spark_options[@]}" -Xshare:auto)
  fi
  find_archive "$installation" "$class_path" "$command"
  if [ -n "$archive" ]; then
    # Whatever is wrong with the archive, the JVM starts without it, and says nothing.
    options=("-XX:SharedArchiveFile=$archive" "-Xshare:auto" "-Xlog:disable" "${options[@]}")
  fi
  if [ -n "$verbose" ]; then
    echo "dmyt: memory ${memory} MB: heap ${heap} MB, native arrays ${offheap} MB" >&2
    echo "dmyt: $java ${options[*]}" >&2
  fi
  # Jars with losses, decision rules and backbones of the user's come last, which the archive allows.
  exec "$java" "${options[@]}" -cp "$class_path${DMYT_CLASSPATH:+:$DMYT_CLASSPATH}" \
    io.dmyt.cli.Main "$@"
}
