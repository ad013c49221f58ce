import { cpus, totalmem } from 'node:os'
import { appointments } from './appointments.ts'
import { voice } from './voice.ts'
import { auditWriters } from './audit.ts'
import { bundle } from './bundle.ts'
import { calls } from './calls.ts'
import { campaign } from './campaign.ts'
import { desk } from './desk.ts'
import { fhir } from './fhir.ts'
import { type Figure, line, median, ratioOf, round } from './figure.ts'
import { importTable } from './import.ts'
import { intake } from './intake.ts'
import { mail } from './mail.ts'
import { merges } from './merges.ts'
import { person } from './person.ts'
import { planner } from './planner.ts'
import { populated } from './populated.ts'
import { pathwaySteps } from './steps.ts'
import { rehearsal } from './rehearsal.ts'

const runs = Number(process.argv[2] ?? 5)

/** Every benchmark `runs` times; prints medians with their spread as a Markdown table. */
async function main(): Promise<void> {
  const measured = new Map<string, Figure[]>()
  const add = (figures: Figure[]) => {
    for (const figure of figures) {
      console.error(line(figure))
      measured.set(figure.name, [...(measured.get(figure.name) ?? []), figure])
    }
  }
  add(await bundle().catch(() => []))
  for (let run = 0; run < runs; run++) add(await intake())
  for (let run = 0; run < runs; run++) add(await merges())
  for (let run = 0; run < runs; run++) add(await auditWriters())
  for (let run = 0; run < runs; run++) add(await fhir())
  for (let run = 0; run < runs; run++) add(await importTable())
  for (let run = 0; run < runs; run++) add(await planner())
  for (let run = 0; run < runs; run++) add(await rehearsal())
  for (let run = 0; run < runs; run++) add(await pathwaySteps())
  for (let run = 0; run < runs; run++) add(await mail())
  for (let run = 0; run < runs; run++) add(await campaign())
  for (let run = 0; run < runs; run++) add(await appointments())
  for (let run = 0; run < runs; run++) add(await voice())
  const installation = await populated()
  try {
    for (let run = 0; run < runs; run++) add(await person(installation))
    for (let run = 0; run < runs; run++) add(await desk(installation))
    for (let run = 0; run < runs; run++) add(await calls(installation))
  } finally {
    await installation.remove()
  }
  const [cpu] = cpus()
  console.log(
    `${cpu?.model ?? 'unknown processor'} × ${cpus().length}, ${Math.round(totalmem() / 2 ** 30)} GB, Node ${process.version}, ${new Date().toISOString().slice(0, 10)}\n`,
  )
  console.log('| figure | median | lowest – highest | runs | aim | ratio to aim |')
  console.log('|---|---|---|---|---|---|')
  for (const [name, figures] of measured) {
    const values = figures.map((one) => one.value)
    const [first] = figures
    if (!first) continue
    const value = median(values)
    const aim = first.aim ? ('least' in first.aim ? `≥ ${first.aim.least}` : `≤ ${first.aim.most}`) : ''
    const ratio = ratioOf({ value, ...(first.aim && { aim: first.aim }) })
    console.log(
      `| ${name} | ${round(value)} ${first.unit} | ${round(Math.min(...values))} – ${round(Math.max(...values))} | ${values.length} | ${aim} | ${ratio?.toFixed(2) ?? ''} |`,
    )
  }
}

await main()
