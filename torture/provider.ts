import { openSync, readFileSync, writeSync } from 'node:fs'
import { gatewayDialect, startProvider } from '../sim/http-providers.ts'
import { startSmsc } from '../sim/smpp-smsc.ts'

// A provider in a process of its own, to be killed: what it took is on disk before it answers, so that nobody forgets it.
//   node torture/provider.ts gateway|smsc <port> <file> <seed> <address for reports>
const [kind, port = '0', file = '', seed = '1', reports = ''] = process.argv.slice(2)
const log = openSync(file, 'a')
const note = (key: string, text: string) => writeSync(log, `${key}\t${text}\n`)
const behaviour = {
  seed: Number(seed),
  port: Number(port),
  breakOff: 0.002,
  duplicate: 0.05,
  undelivered: 0.02,
}

if (kind === 'gateway') {
  const seen = readFileSync(file, 'utf8')
    .split('\n')
    .flatMap((line) => line.split('\t')[0] || [])
  const provider = await startProvider(gatewayDialect('torture', new Set(seen)), {
    ...behaviour,
    onTaken: (_, text, key) => note(key, text),
  })
  provider.reportTo(reports)
} else await startSmsc({ ...behaviour, onTaken: (_, text, id) => note(id, text) })
process.stdout.write('ready\n')
