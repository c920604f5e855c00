# Intune, "Remediations": makes the gateway service of the signed-in user as the policy of this computer has it, as far as that needs no consent: the
# sign-in start is installed and removed. A Windows service needs an administrator's consent, so it is left to its user, with exit code 1.
# Run it with the credentials of the user, in 64-bit PowerShell.
$ErrorActionPreference = 'Stop'

$program = "$env:ProgramFiles\Hermes Gateway Host\hermes-gateway.exe"
$status = (& $program status --json | ConvertFrom-Json).status
$policy = $status.policy

$isAllowed = $policy.on -ne $false -and (-not $policy.mechanism -or $policy.mechanism -eq $status.mechanism)
if ($status.mechanism -ne 'none' -and -not $isAllowed) {
  & $program uninstall
  if ($LASTEXITCODE -ne 0) { Write-Output 'The service could not be removed without an administrator.'; exit 1 }
}
if ($policy.on -and ($status.mechanism -eq 'none' -or -not $isAllowed)) {
  if ($policy.mechanism -eq 'service') { Write-Output 'The Windows service is turned on by its user, with consent.'; exit 1 }
  & $program install --mechanism startup
  if ($LASTEXITCODE -ne 0) { Write-Output 'The sign-in start could not be installed.'; exit 1 }
}
Write-Output 'As the policy has it.'
exit 0
