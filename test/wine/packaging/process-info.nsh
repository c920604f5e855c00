; In the place of electron-builder's getProcessInfo.nsh, which keeps pointers in 32 bits: what is asked of it is about the installer itself.
!define GETPROCESSINFO_INCLUDED
!define GetProcessInfo '!insertmacro GetProcessInfo'
!macro GetProcessInfo pid_in pid_out ppid priority name fullname
  System::Call 'kernel32::GetCurrentProcessId() i .s'
  Pop ${pid_out}
  StrCpy ${name} $EXEFILE
!macroend
