#!/usr/bin/env node
// Runs under any Node from 20 on: the program itself needs Node 24, which comes with the package `node`.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..')
const program = path.join(root, 'server', 'cli', 'careloop.ts')

if (Number(process.versions.node.split('.')[0]) >= 24) {
  await import(program)
} else {
  const node = findNode()
  if (!node) {
    console.error('CareLoop needs Node 24. It comes with `npm ci`; run that first.')
    process.exit(1)
  }
  const child = spawn(node, [program, ...process.argv.slice(2)], { stdio: 'inherit' })
  // A terminal sends its signals to both of us; a service manager only to the parent.
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.on('exit', (code, signal) => {
    if (signal) process.removeAllListeners(signal)
    if (signal) process.kill(process.pid, signal)
    else process.exit(code ?? 1)
  })
}

function findNode() {
  try {
    const { dir } = path.parse(createRequire(import.meta.url).resolve('node/package.json'))
    const file = path.join(dir, 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
    return existsSync(file) ? file : undefined
  } catch {
    return undefined
  }
}
