import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'

// `npm test`: everything that must hold before a commit lands, cheapest first; the first failure ends it.
const root = path.resolve(import.meta.dirname, '..')
const bin = (name: string) => path.join(root, 'node_modules', name)
const dir = await mkdtemp(path.join(tmpdir(), 'careloop-npm-test-'))
const report = path.join(dir, 'vitest.json')

const steps: [name: string, ...command: string[]][] = [
  ['formatting', bin('prettier/bin/prettier.cjs'), '--check', '--log-level', 'warn', '.'],
  ['types: server, simulator, tests', bin('typescript/bin/tsc'), '-p', 'tsconfig.json'],
  ['types: web', bin('typescript/bin/tsc'), '-p', 'web/tsconfig.json'],
  ['types: browser tests', bin('typescript/bin/tsc'), '-p', 'test/browser/tsconfig.json'],
  [
    'import zones',
    bin('dependency-cruiser/bin/dependency-cruise.mjs'),
    '--config',
    '.dependency-cruiser.cjs',
    ...zones(),
  ],
  ['dead code', bin('knip/bin/knip.js')],
  ['database types', 'scripts/database-types.ts', '--check'],
  ['lint', bin('eslint/bin/eslint.js'), '.', '--max-warnings', '0'],
  ['web build', 'scripts/build-web.ts'],
  [
    'unit, integration and browser tests',
    bin('vitest/vitest.mjs'),
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
  ],
]

function zones(): string[] {
  return ['contract', 'server', 'sim', 'web', 'bench', 'torture', 'test', 'scripts']
}

async function run(command: string[]): Promise<number> {
  const child = spawn(process.execPath, command, {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, NODE_OPTIONS: '--max-old-space-size=4096' },
  })
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => {
      resolve(signal ? 1 : (code ?? 1))
    })
  })
}

let failed = false
for (const [name, ...command] of steps) {
  const began = performance.now()
  const code = await run(command)
  console.log(
    `${code === 0 ? 'ok  ' : 'FAIL'} ${name} (${((performance.now() - began) / 1000).toFixed(0)} s)`,
  )
  if (code !== 0) {
    failed = true
    break
  }
}
const text = await readFile(report, 'utf8').catch(() => undefined)
if (text !== undefined) {
  const counts = JSON.parse(text) as {
    numPassedTests: number
    numFailedTests: number
    numPendingTests: number
  }
  console.log(
    `\n${counts.numPassedTests} passed, ${counts.numFailedTests} failed, ${counts.numPendingTests} skipped`,
  )
}
await rm(dir, { recursive: true, force: true })
process.exitCode = failed ? 1 : 0
