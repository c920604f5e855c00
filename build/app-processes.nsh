; Two macros of electron-builder's template, anew. They find and end the processes of the app, which are those whose path begins with
; $INSTDIR: without a backslash behind it, "Hermes" finds the host of the service in "Hermes Gateway Service" beside the app's folder as well,
; and an installer with an administrator's rights would end it. An uninstaller that
; was started in the app's folder does not count. Where there is no PowerShell, the name of the app's program does.

!define HERMES_POWERSHELL `"$PowerShellPath" -NoProfile -NonInteractive -C`
!define HERMES_OF_APP `Get-CimInstance -ClassName Win32_Process | ? {$$_.Path -and $$_.Path.StartsWith('$INSTDIR\', 'CurrentCultureIgnoreCase') -and $$_.ProcessId -ne $pid}`

!macroundef FIND_PROCESS
!macro FIND_PROCESS FILE RETURN
  ${If} $IsPowerShellAvailable == 0
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
