# Intune, "Remediations": whether the gateway service of the signed-in user is as the policy of this computer has it. Run it with the credentials
# of the user, in 64-bit PowerShell. Exit code 1 means that it is not, so that Intune runs remediate.ps1; the last line says why.
$ErrorActionPreference = 'Stop'

$program = "$env:ProgramFiles\Hermes Gateway Host\hermes-gateway.exe"
if (-not (Test-Path -LiteralPath $program)) { Write-Output 'Hermes Gateway Host is not installed.'; exit 0 }

$status = (& $program status --json | ConvertFrom-Json).status
if ($null -eq $status) { Write-Output 'The state of the gateway service could not be read.'; exit 0 }

$policy = $status.policy
$installed = $status.mechanism -ne 'none'
if ($null -ne $policy.on -and $policy.on -ne $installed) { Write-Output "The switch is $(if ($installed) { 'on' } else { 'off' }) against the policy."; exit 1 }
if ($installed -and $policy.mechanism -and $policy.mechanism -ne $status.mechanism) { Write-Output "$($status.mechanism) is installed against the policy."; exit 1 }
Write-Output 'As the policy has it.'
exit 0
