import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** Properties on a real database that the suite tries a few times only. */
const files = [
  'test/fuzz.test.ts',
  'server/modules/audit/tamper.test.ts',
  'server/backup/mutated.test.ts',
  'server/modules/contact/gate.test.ts',
  'server/modules/contact/rules.test.ts',
  'server/modules/pathway/interleaving.test.ts',
  'server/modules/pathway/subject.test.ts',
  'server/modules/segment/rule.test.ts',
  'server/modules/segment/agreement.test.ts',
  'server/modules/clock/exactly-once.test.ts',
  'server/modules/person/unmerge.test.ts',
  'server/modules/person/provenance.test.ts',
  // With the factor of the torture run: 500 patients.
  'server/modules/voice/voice.test.ts',
  'server/modules/voice/dialogue.test.ts',
  'server/feeds/hl7/order.test.ts',
  'server/feeds/hl7/cancel.test.ts',
]

/** Runs them `factor` times as often. Resolves with whether all held; what failed stands in the output with its seed. */
export function propertiesHold(factor: number): Promise<boolean> {
  const vitest = fileURLToPath(new URL('../node_modules/vitest/vitest.mjs', import.meta.url))
  const child = spawn(process.execPath, [vitest, 'run', ...files], {
    cwd: fileURLToPath(new URL('..', import.meta.url)),
    env: { ...process.env, CARELOOP_PROPERTY_FACTOR: String(factor) },
    stdio: 'inherit',
  })
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('exit', (code) => {
      resolve(code === 0)
    })
  })
}
