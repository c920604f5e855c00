; Stops, starts and removes the gateways when the app is installed, updated or removed. electron-builder includes these macros in its
; installer (nsis.include); docs/operations.md describes their effect and the exit codes of a silent run.
;
; The verbs of the host do the work (src/cli/installer.ts); this file decides which host is called, and when. No file of a running gateway is
; in the app's folder, so a host that is missing or cannot be started does not stop the installation.
; An update: "hold" by the host of the former app, then the files, then "release" by the host of the new app. The hold belongs to the
; installer's process: if it is killed, or quits where no macro runs, the runners start the gateways again.

!define HERMES_HOST "resources\host\hermes-gateway.exe"
; Longer than any verb takes. The longest wait is three minutes, for consent.
!define HERMES_TIMEOUT_MS 300000
; Exit codes of the host (src/model/cli-exit-codes.ts).
!define HERMES_EXIT_FAILED 1
!define HERMES_EXIT_NEEDS_ADMINISTRATOR 5
!define HERMES_EXIT_TIMED_OUT 7

; Inserted after electron-builder's languages and before its sections. Our section is the first one, so it runs first in every mode, after
; the last question of the wizard.
!macro customHeader
  Var hermesHost

  LangString hermesNotStopped ${LANG_ENGLISH} "A Hermes gateway did not stop, so nothing was changed.$\r$\n$\r$\nRetry, ignore it and continue, or abort."
  LangString hermesNotStopped ${LANG_ARABIC} "لم تتوقف إحدى بوابات Hermes، لذلك لم يتغير شيء.$\r$\n$\r$\nأعد المحاولة، أو تجاهل ذلك وتابع، أو ألغِ العملية."
  LangString hermesServiceLeft ${LANG_ENGLISH} "The gateway service is still on this computer, because removing it needs an administrator.$\r$\n$\r$\nIt can be removed in Windows' list of installed apps."
  LangString hermesServiceLeft ${LANG_ARABIC} "ما زالت خدمة البوابة على هذا الحاسوب، لأن إزالتها تحتاج إلى مسؤول.$\r$\n$\r$\nيمكن إزالتها من قائمة التطبيقات المثبتة في Windows."

  ; For customCheckAppRunning: the template includes these only where that macro is not defined.
  !include "getProcessInfo.nsh"
  Var pid
  !include "app-processes.nsh"

  !ifndef BUILD_UNINSTALLER
    Var hermesHeld
    Section "-gateways"
      !insertmacro hermesHold
    SectionEnd
  !endif
!macroend

; $hermesHost: the host of the app in $INSTDIR, or empty. An installer with administrator rights starts it only from a folder that only
; administrators can write.
!macro hermesFindHost
  StrCpy $hermesHost "$INSTDIR\${HERMES_HOST}"
  ${If} $installMode == "all"
    StrLen $R2 "$PROGRAMFILES64\"
    StrCpy $R2 $hermesHost $R2
    ${If} $R2 != "$PROGRAMFILES64\"
      StrCpy $hermesHost ""
    ${EndIf}
  ${EndIf}
  ${IfNot} ${FileExists} "$hermesHost"
    StrCpy $hermesHost ""
  ${EndIf}
!macroend

; Runs the host without a window. $R0: its exit code; "error" where it could not be started; HERMES_EXIT_TIMED_OUT after the timeout.
!macro hermesAsk REQUEST
  nsExec::Exec /TIMEOUT=${HERMES_TIMEOUT_MS} `"$hermesHost" installer ${REQUEST}`
  Pop $R0
  ${If} $R0 == "timeout"
    StrCpy $R0 ${HERMES_EXIT_TIMED_OUT}
  ${EndIf}
!macroend

; Stops the gateways that should run. hermesRelease starts them again.
!macro hermesHold
  ; A silent update for all users restarts itself with administrator rights; that process holds the gateways.
  StrCpy $R1 "1"
  !ifndef INSTALL_MODE_PER_ALL_USERS
    !ifndef ONE_CLICK
      ${If} ${Silent}
      ${AndIf} $hasPerMachineInstallation == "1"
      ${AndIfNot} ${UAC_IsAdmin}
        StrCpy $R1 "0"
      ${EndIf}
    !endif
  !endif
  !insertmacro hermesFindHost
  ${If} $hermesHost != ""
  ${AndIf} $R1 == "1"
    System::Call 'kernel32::GetCurrentProcessId() i .R1'
    hermesHoldAgain:
    !insertmacro hermesAsk 'hold --pid $R1 --what "${PRODUCT_NAME} ${VERSION}"'
    ${If} $R0 == 0
      StrCpy $hermesHeld "1"
    ; Any other exit code means a host that is too old or broken, and holds nothing.
    ${ElseIf} $R0 == ${HERMES_EXIT_FAILED}
    ${OrIf} $R0 == ${HERMES_EXIT_TIMED_OUT}
      MessageBox MB_ABORTRETRYIGNORE|MB_ICONEXCLAMATION "$(hermesNotStopped)" /SD IDABORT IDRETRY hermesHoldAgain IDIGNORE hermesHoldOver
      SetErrorLevel 2
      Quit
    ${EndIf}
    hermesHoldOver:
  ${EndIf}
!macroend

!macro hermesRelease OUTCOME
  ${If} $hermesHeld == "1"
    !insertmacro hermesFindHost
    ${If} $hermesHost != ""
      System::Call 'kernel32::GetCurrentProcessId() i .R1'
      !insertmacro hermesAsk "release --pid $R1 --outcome ${OUTCOME}"
    ${EndIf}
  ${EndIf}
!macroend

; As in the template, with the two macros of app-processes.nsh.
!macro customCheckAppRunning
  !insertmacro IS_POWERSHELL_AVAILABLE
  !insertmacro _CHECK_APP_RUNNING
!macroend

; Runs after the files of the new app are installed.
!macro customInstall
  !insertmacro hermesRelease "updated"
!macroend

; Runs after the uninstaller of the former version; $R0 is its exit code. A failure ends the installer, as without this macro; the
; uninstaller has restored the moved files by then.
!macro customUnInstallCheck
  ${If} ${Errors}
    DetailPrint "Uninstall was not successful. Not able to launch uninstaller!"
  ${ElseIf} $R0 != 0
    Push $R0
    !insertmacro hermesRelease "not-updated"
    Pop $R0
    MessageBox MB_OK|MB_ICONEXCLAMATION "$(uninstallFailed): $R0" /SD IDOK
    DetailPrint "Uninstall was not successful. Uninstaller error code: $R0."
    SetErrorLevel 2
    Quit
  ${EndIf}
!macroend

!macro customUnInstallCheckCurrentUser
  !insertmacro customUnInstallCheck
!macroend

; Runs before the files are deleted. In an update, the installer that called this uninstaller holds the gateways, and their services remain.
!macro customUnInstall
  ${IfNot} ${isUpdated}
    !insertmacro hermesRemove
  ${EndIf}
!macroend

!macro hermesRemove
  StrCpy $R0 "error"
  !insertmacro hermesFindHost
  ${If} $hermesHost != ""
    StrCpy $R1 ""
    ${If} ${Silent}
      StrCpy $R1 " --quiet"
    ${EndIf}
    ${If} $installMode == "all"
      StrCpy $R1 "$R1 --everyone"
    ${EndIf}
    !insertmacro hermesAsk "remove$R1"
  ${EndIf}
  ; Where the host cannot remove the services, check whether one is left.
  ${If} $R0 == "error"
    StrCpy $R0 0
    StrCpy $R1 0
    ${Do}
      EnumRegKey $R2 HKLM "SYSTEM\CurrentControlSet\Services" $R1
      IntOp $R1 $R1 + 1
      StrCpy $R3 $R2 13
      ${If} $R3 == "HermesGateway"
        StrCpy $R0 ${HERMES_EXIT_NEEDS_ADMINISTRATOR}
      ${EndIf}
    ${LoopUntil} $R2 == ""
  ${EndIf}
  ${If} $R0 != 0
    SetErrorLevel $R0
    MessageBox MB_OK|MB_ICONINFORMATION "$(hermesServiceLeft)" /SD IDOK
  ${EndIf}
!macroend
