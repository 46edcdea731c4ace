@echo off
rem dmyt4j's command line: dmyt --help
rem JAVA_HOME chooses the Java runtime, JAVA_OPTS adds to the JVM's options.
setlocal EnableExtensions DisableDelayedExpansion

for %%I in ("%~dp0..") do set "home=%%~fI"
set "jar=%home%\lib\dmyt4j-cli.jar"

set "java="
if defined JAVA_HOME set "JAVA_HOME=%JAVA_HOME:"=%"
if defined JAVA_HOME set "java=%JAVA_HOME%\bin\java.exe"
if not defined JAVA_HOME for %%I in (java.exe) do set "java=%%~$PATH:I"
if not defined java goto nojava
if not exist "%java%" goto nojava

rem Threads that wait for each other soon give their core away, unless the user decides.
if not defined OMP_WAIT_POLICY if not defined GOMP_SPINCOUNT set "GOMP_SPINCOUNT=500"

rem A quarter of the memory for the heap, twice as much for native arrays.
set options=-XX:MaxRAMPercentage=25 -Dorg.bytedeco.javacpp.maxbytes=200%% ^
 -Dorg.bytedeco.javacpp.maxphysicalbytes=0 -XX:+UseParallelGC -Dfile.encoding=UTF-8

rem The class-data archive, from which the JVM takes our classes faster than from the jars: it is
rem made before the first command that computes. Its name says for which runtime and build it is.
rem It lies in the installation or, where that is read-only, in the cache folder, and beside it its
rem size: a JVM may crash on one that was cut off. An empty one says that it could not be made.
set "archive="
for %%I in ("%java%") do for %%J in ("%%~dpI..") do set "runtime=%%~fJ"
if not exist "%runtime%\release" goto run
set "version="
for /f "usebackq tokens=1,2 delims==" %%A in ("%runtime%\release") do (
  if "%%A"=="JAVA_VERSION" if not defined version set "version=%%~B"
  if "%%A"=="JAVA_RUNTIME_VERSION" set "version=%%~B"
)
if not defined version goto run
for /f "delims=.+-_" %%V in ("%version%") do set "feature=%%V"
if %feature% LSS 17 goto oldjava
rem From Java 24 on these would warn of what JavaCPP does.
if %feature% GEQ 24 set options=%options% --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow
set "name=classes-%version%"
for %%I in ("%home%\lib\dmyt4j-*.jar") do call set "name=%%name%%-%%~zI"
set "name=%name%.jsa"
set "cache=%LOCALAPPDATA%\dmyt"
if defined DMYT_CACHE set "cache=%DMYT_CACHE%"
if exist "%home%\lib\%name%" set "archive=%home%\lib\%name%"
if not defined archive if exist "%cache%\%name%" set "archive=%cache%\%name%"
if defined archive goto found

set "computes="
for %%C in (bench calibrate convert demo embed faces predict test train) do if "%%C"=="%~1" set "computes=1"
if not defined computes goto run
set "scratch=.%name%.%RANDOM%%RANDOM%"
set "folder=%home%\lib"
copy /y nul "%folder%\%scratch%" >nul 2>&1 && goto make
set "folder=%cache%"
if not exist "%folder%\" mkdir "%folder%" >nul 2>&1
copy /y nul "%folder%\%scratch%" >nul 2>&1 || goto run
:make
"%java%" %options% -XX:ArchiveClassesAtExit="%folder%\%scratch%" -cp "%jar%" io.dmyt.cli.StartRehearsal >nul 2>&1 <nul
if errorlevel 1 copy /y nul "%folder%\%scratch%" >nul 2>&1
for %%I in ("%folder%\%scratch%") do (>"%folder%\%name%.size" echo %%~zI) 2>nul
move /y "%folder%\%scratch%" "%folder%\%name%" >nul 2>&1
set "archive=%folder%\%name%"

:found
set "size=0"
for %%I in ("%archive%") do set "size=%%~zI"
set "whole="
if exist "%archive%.size" set /p whole=<"%archive%.size"
if "%size%"=="0" goto run
if "%size%"=="%whole%" goto use
del /f /q "%archive%" >nul 2>&1
goto run
:use
set options=%options% -XX:SharedArchiveFile="%archive%" -Xshare:auto -Xlog:disable

:run
rem What is printed is UTF-8: show it as that, and put the console back afterwards.
set "page="
for /f "tokens=2 delims=:." %%I in ('chcp') do set "page=%%I"
chcp 65001 >nul 2>&1
rem Jars with losses, decision rules and backbones of the user's come last, which the archive allows.
set "path_of_classes=%jar%"
if defined DMYT_CLASSPATH set "path_of_classes=%jar%;%DMYT_CLASSPATH:"=%"
"%java%" %options% %JAVA_OPTS% -cp "%path_of_classes%" io.dmyt.cli.Main %*
set "code=%ERRORLEVEL%"
if defined page chcp %page% >nul 2>&1
exit /b %code%

:oldjava
echo dmyt: "%java%" is Java %version%: install Java 17 or newer, or set JAVA_HOME 1>&2
exit /b 1

:nojava
echo dmyt: no Java found: install Java 17 or newer, or set JAVA_HOME 1>&2
exit /b 1
