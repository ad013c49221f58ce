import { Command, CommanderError } from 'commander'
import { keepHeapSmall } from '../platform/heap.ts'
import { addApiKeyCommands } from './api-key.ts'
import { addBackupCommands } from './backup.ts'
import { addDemoCommand } from './demo.ts'
import { addDoctorCommand } from './doctor.ts'
import { addEvaluateCommands } from './evaluate.ts'
import { addImportCommand } from './import.ts'
import { addIntakeCommands } from './intake.ts'
import { addServeCommands } from './serve.ts'
import { addTelephonyCommands } from './telephony.ts'
import { addUserCommands } from './user.ts'
import { explain, exitCodes } from './run.ts'

keepHeapSmall()

const program = new Command('careloop')
  .description('CareLoop (关怀环): hospital customer relationship system')
  .version('0.1.0')
  .exitOverride()
  .configureHelp({ showGlobalOptions: true })
  .addHelpText(
    'after',
    `
Exit codes: 0 done, 1 failed, 2 wrong use, 3 refused or unanswered.
Settings come from the environment: PORT, MLLP_PORT, CARELOOP_DATA_DIR, DATABASE_URL, ROLE, CARELOOP_ADMIN_PASSWORD,
CARELOOP_SECRET, CARELOOP_URL; all of them: docs/operations/configure.md.`,
  )

// Whoever reads what a command says may leave (`careloop backup … | head`); the command goes on.
for (const stream of [process.stdout, process.stderr])
  stream.on('error', (error: Error & { code?: string }) => {
    if (error.code !== 'EPIPE') throw error
  })

addServeCommands(program)
addUserCommands(program)
addApiKeyCommands(program)
addIntakeCommands(program)
addImportCommand(program)
addBackupCommands(program)
addDoctorCommand(program)
addEvaluateCommands(program)
addTelephonyCommands(program)
addDemoCommand(program)

try {
  await program.parseAsync()
} catch (error) {
  if (error instanceof CommanderError)
    process.exitCode = error.exitCode === 0 ? exitCodes.done : exitCodes.wrongUse
  else process.exitCode = explain(error)
}
