@echo off
rem Runs Streamgrad with the Java of JAVA_HOME, or else the one on the path.
setlocal
set JAVA=java
if defined JAVA_HOME set JAVA=%JAVA_HOME%\bin\java
"%JAVA%" "-Dstreamgrad.invocation=%~n0 %%s" -jar "%~dp0..\streamgrad.jar" %*
