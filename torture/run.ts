import { fullFlood, floodTest } from './flood.ts'
import { framingTest } from './framing.ts'
import { killTest } from './kill.ts'
import { malformedTest } from './malformed-test.ts'
import { outboundTest } from './outbound.ts'
import { propertiesHold } from './properties.ts'
import { sendingTest } from './sending.ts'
import { callsTest } from './calls.ts'
import { appointmentsTest } from './appointments.ts'
import { stepsTest } from './steps.ts'

const size = {
  messages: Number(process.argv[2] ?? 20_000),
  malformed: 100_000,
  sending: 100_000,
  faults: 1000,
  properties: 10,
  processKills: 20,
  postgresKills: 5,
  connections: 8,
  seed: Number(process.argv[3] ?? Date.now() % 100_000),
}
const began = performance.now()
let failed = false

console.log('MLLP framing')
const framing = await framingTest((line) => {
  console.log(`  ${line}`)
})
failed ||= framing.some((one) => one.problem !== null)

console.log(`\nMalformed and oddly framed messages (seed ${size.seed})`)
const malformed = await malformedTest({
  count: size.malformed,
  seed: size.seed,
  say: (line) => console.log(`  ${line}`),
})
failed ||= malformed.problems.length > 0 || malformed.answered !== malformed.frames

console.log('\nA flood of connections, bodies, workbooks and forged files while the HIS sends')
const flood = await floodTest(fullFlood)
failed ||= flood.problems.length > 0 || flood.slowest > 1000 || flood.memory > 1024
for (const problem of flood.problems) console.log(`  FAIL ${problem}`)

console.log(`\nLate, wrong and missing answers to what is sent out (seed ${size.seed})`)
const outbound = await outboundTest({
  faults: size.faults,
  kills: 10,
  channels: 20,
  persons: 12,
  seed: size.seed,
  say: (line) => console.log(`  ${line}`),
})
failed ||= outbound.deviations.length > 0

console.log(`\nKills under load (seed ${size.seed})`)
const kills = await killTest({ ...size, say: (line) => console.log(`  ${line}`) })
const slowest = Math.max(...kills.healed)
failed ||= kills.deviations.length > 0 || slowest > 10_000

console.log(`\nKills of the worker while steps fall due (seed ${size.seed})`)
const steps = await stepsTest({
  persons: 17_000,
  kills: 20,
  seed: size.seed,
  say: (line) => console.log(`  ${line}`),
})
failed ||= steps.deviations.length > 0
for (const one of steps.deviations) console.log(`  FAIL ${one}`)

console.log('\nMessages: kill -9 of worker and providers while they go out')
const sending = await sendingTest({
  messages: size.sending,
  kills: 20,
  seed: size.seed,
  say: (line) => console.log(`  ${line}`),
})
failed ||= sending.deviations.length > 0
for (const one of sending.deviations) console.log(`  FAIL ${one}`)

console.log('\nCalls: kill -9 and cut connections while they ring, are answered and handed over')
const calls = await callsTest({ calls: 5000, lines: 50, kills: 20, drops: 20, seed: size.seed })
console.log(
  `  ${calls.calls} calls, ${calls.answered} answered, ${calls.kills} kills in ${calls.seconds.toFixed(0)} s: ${calls.deviations.length} wrong`,
)
failed ||= calls.deviations.length > 0
for (const one of calls.deviations.slice(0, 20)) console.log(`  FAIL ${one}`)

console.log('\nAppointments: kill -9 while people book, move, cancel and wait')
const appointments = await appointmentsTest({ clients: 40, requests: 250, kills: 20, seed: size.seed })
failed ||= appointments.deviations.length > 0
for (const one of appointments.deviations) console.log(`  FAIL ${one}`)

console.log(
  '\nProperties: the contact gate, pathways under interleavings, merges taken back, messages in any order',
)
const properties = await propertiesHold(size.properties)
failed ||= !properties

console.log('\n| what | result |\n|---|---|')
const rows: [string, string][] = [
  [
    'frames sent / answered',
    `${sum(framing.map((one) => one.frames))} / ${sum(framing.map((one) => one.answered))}`,
  ],
  ['framing cases failed', String(framing.filter((one) => one.problem !== null).length)],
  [
    'malformed frames sent / answered',
    `${malformed.frames.toLocaleString('en')} / ${malformed.answered.toLocaleString('en')} in ${malformed.seconds.toFixed(0)} s`,
  ],
  [
    'their messages taken / refused, dead letters',
    `${malformed.accepted} / ${malformed.rejected}, ${malformed.dead}`,
  ],
  ['malformed: not as it must be', String(malformed.problems.length)],
  [
    'flood: messages of the HIS, slowest answer without and with it, most memory',
    `${flood.messages}, ${flood.calm} and ${flood.slowest} ms, ${flood.memory} MB`,
  ],
  ['flood: bodies of strangers sent / unfinished frames sent', `${flood.bodies} / ${flood.frames} MB`],
  [
    'messages out / frames received / arrived more than once, each marked',
    `${outbound.messages} / ${outbound.received} / ${outbound.again}`,
  ],
  [
    'bad answers injected, kills of the sender',
    `${outbound.faults}, ${outbound.kills} in ${outbound.seconds.toFixed(0)} s`,
  ],
  ['out: credited wrongly, unmarked, lost or out of order', String(outbound.deviations.length)],
  ['messages sent from a resending sender', kills.messages.toLocaleString('en')],
  ['process killed -9 (again while starting)', `${kills.processKills} (${kills.killsWhileStarting})`],
  ['PostgreSQL stopped at once', String(kills.postgresKills)],
  ['slowest recovery after PostgreSQL', `${slowest} ms`],
  ['slowest recovery after the process', `${Math.max(...kills.recovered)} ms`],
  ['answered "send again" / sent again unanswered', `${kills.askedToSendAgain} / ${kills.resent}`],
  ['deviations from the model', String(kills.deviations.length)],
  [
    'pathway steps executed under 20 kills / tasks / mails / of unknown fate',
    `${steps.steps.toLocaleString('en')} / ${steps.tasks} / ${steps.mails} / ${steps.unknown}`,
  ],
  ['enrolments stopped by a death meanwhile', String(steps.stopped)],
  ['levels of clocks that fired meanwhile', String(steps.clocks)],
  ['steps, tasks, mails, clocks: deviations', String(steps.deviations.length)],
  [
    'messages under 20 kills: taken by the provider that knows keys / by SMPP, of unknown fate there',
    `${sending.taken['gateway']} / ${sending.taken['smsc']}, ${sending.states['smsc']?.['unknown'] ?? 0} in ${sending.seconds.toFixed(0)} s`,
  ],
  [
    'looks at the account meanwhile / messages lost, doubled or unaccounted',
    `${sending.looks} / ${sending.deviations.length}`,
  ],
  [
    'appointments under 20 kills: booked / offers made, in',
    `${appointments.booked} / ${appointments.offers}, ${appointments.seconds.toFixed(0)} s`,
  ],
  ['appointments: lost, doubled, out of turn', String(appointments.deviations.length)],
  [`properties, ${size.properties} times as often as in the suite`, properties ? 'hold' : 'FAIL'],
  ['minutes', ((performance.now() - began) / 60_000).toFixed(1)],
]
for (const [what, result] of rows) console.log(`| ${what} | ${result} |`)
for (const deviation of [...outbound.deviations, ...kills.deviations]) console.log(`\nDEVIATION ${deviation}`)
process.exitCode = failed ? 1 : 0

function sum(numbers: number[]): number {
  return numbers.reduce((total, one) => total + one, 0)
}
