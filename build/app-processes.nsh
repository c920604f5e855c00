; Replaces two macros of electron-builder's template, which find and end the processes of the app: those with a path below $INSTDIR. The
; template compares without a trailing backslash, so "Hermes" would also match the host in "Hermes Gateway Service" beside the app's folder,
; and an installer with administrator rights would end it. The process of the uninstaller itself is not counted. Without PowerShell, the
; processes are found by the file name of the app's program. PowerShell gets the folder in a variable: in its text an apostrophe (O'Brien)
; would end the string.

!define HERMES_POWERSHELL `"$PowerShellPath" -NoProfile -NonInteractive -C`
!define HERMES_OF_APP `Get-CimInstance -ClassName Win32_Process | ? {$$_.Path -and $$_.Path.StartsWith($$env:HERMES_APP_FOLDER, 'CurrentCultureIgnoreCase') -and $$_.ProcessId -ne $pid}`

!macro hermesNameFolder
  Push $0
  StrCpy $0 "$INSTDIR\"
  System::Call 'kernel32::SetEnvironmentVariable(t "HERMES_APP_FOLDER", t r0)'
  Pop $0
!macroend

!macroundef FIND_PROCESS
!macro FIND_PROCESS FILE RETURN
  ${If} $IsPowerShellAvailable == 0
    !insertmacro hermesNameFolder
    nsExec::Exec `${HERMES_POWERSHELL} "if (@(${HERMES_OF_APP}).Count -gt 0) { exit 0 } else { exit 1 }"`
  ${Else}
    nsExec::Exec `"$CmdPath" /C $SYSDIR\tasklist.exe /FI "USERNAME eq %USERNAME%" /FI "IMAGENAME eq ${FILE}" /FO CSV /NH | "$SYSDIR\findstr.exe" /B /I /C:"\"${FILE}\""`
  ${EndIf}
  Pop ${RETURN}
!macroend

!macroundef KILL_PROCESS
!macro KILL_PROCESS FILE FORCE
  Push $0
  StrCpy $0 ""
  ${If} $IsPowerShellAvailable == 0
    ${If} ${FORCE} == 1
      StrCpy $0 "-Force"
    ${EndIf}
    !insertmacro hermesNameFolder
    nsExec::Exec `${HERMES_POWERSHELL} "${HERMES_OF_APP} | % { Stop-Process -Id $$_.ProcessId $0 }"`
  ${Else}
    ${If} ${FORCE} == 1
      StrCpy $0 "/F"
    ${EndIf}
    nsExec::Exec `"$SYSDIR\taskkill.exe" $0 /IM "${FILE}" /FI "PID ne $pid"`
  ${EndIf}
  Pop $0
  Pop $0
!macroend
