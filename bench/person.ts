import { spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import pg from 'pg'
import { freePort } from '../test/support/process.ts'
import { bareQuery } from './bare-query.ts'
import { type Figure, quantile, whenMain } from './figure.ts'
import { busy, httpClient, steady } from './load.ts'
import { populated, type Populated } from './populated.ts'
import { diskSizes, phoneOf } from './population.ts'

const persons = 1_000_000
const seconds = 10

/** Every hundredth person with a number, in an order that no cache foresees. */
function phone(number: number): string {
  const person = 1 + ((number * 104_729) % persons)
  // Three in a hundred have none.
  return phoneOf(person % 100 < 97 ? person : person - 5)
}

type Found = { items: { phone: string }[] }

function check(text: string): void {
  const { items } = JSON.parse(text) as Found
  if (items.length !== 1) throw new Error(`found ${items.length} persons: ${text.slice(0, 200)}`)
}

async function bare(installation: Populated): Promise<Figure[]> {
  const url = await installation.databaseUrl()
  const pool = new pg.Pool({ connectionString: url, max: 16 })
  const query = async (number: number) => {
    const { rows } = await pool.query({ ...bareQuery, values: [`+86${phone(number)}`] })
    if (rows.length !== 1) throw new Error(`the bare query found ${rows.length} persons`)
  }
  await busy(query, 8, 2)
  const queryAt50 = await steady(query, 50, seconds)
  const queries = await busy(query, 8, seconds)
  await pool.end()
  const port = await freePort()
  const server = spawn(process.execPath, [path.resolve(import.meta.dirname, 'bare-server.ts')], {
    env: { ...process.env, DATABASE_URL: url, PORT: String(port) },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await once(server.stdout, 'data')
  const client = httpClient(port, {})
  const request = async (number: number) => check(await client.get(`/?phone=${phone(number)}`))
  await busy(request, 8, 2)
  const at50 = await steady(request, 50, seconds)
  const full = await busy(request, 8, seconds)
  client.close()
  server.kill()
  return [
    { name: 'person by phone, bare query: p50 at 50/s', value: quantile(queryAt50, 0.5), unit: 'ms' },
    { name: 'person by phone, bare query: p99 at 50/s', value: quantile(queryAt50, 0.99), unit: 'ms' },
    { name: 'person by phone, bare query: at 8 clients', value: queries.rate, unit: 'queries/s' },
    { name: 'person by phone, bare node:http + pg: p50 at 50/s', value: quantile(at50, 0.5), unit: 'ms' },
    { name: 'person by phone, bare node:http + pg: p99 at 50/s', value: quantile(at50, 0.99), unit: 'ms' },
    { name: 'person by phone, bare node:http + pg: at 8 clients', value: full.rate, unit: 'requests/s' },
  ]
}

/** Person by phone through HTTP, signed in, scoped, masked and audited, beside the same query with nothing around it; and disk. */
export async function person(given?: Populated): Promise<Figure[]> {
  const installation = given ?? (await populated())
  try {
    const cookie = await installation.signIn('bench-service', 'service-centre')
    const client = httpClient(installation.port, { cookie })
    const request = async (number: number) => {
      const text = await client.post('/api/v1/persons/search', { phone: phone(number) })
      check(text)
    }
    const first = JSON.parse(await client.post('/api/v1/persons/search', { phone: phone(1) })) as Found
    if (!first.items[0]?.phone.includes('*')) throw new Error('the number is not masked')
    await busy(request, 8, 3)
    const at50 = await steady(request, 50, seconds)
    const full = await busy(request, 8, seconds)
    client.close()
    const sizes = await diskSizes(await installation.databaseUrl())
    const excluded = /^(task|audit|inbound|pgboss)/
    const bytes = sizes.filter((one) => !excluded.test(one.name)).reduce((sum, one) => sum + one.bytes, 0)
    return [
      { name: 'person by phone: p50 at 50/s', value: quantile(at50, 0.5), unit: 'ms', aim: { most: 2.5 } },
      { name: 'person by phone: p99 at 50/s', value: quantile(at50, 0.99), unit: 'ms', aim: { most: 8 } },
      { name: 'person by phone: at 8 clients', value: full.rate, unit: 'requests/s', aim: { least: 1500 } },
      { name: 'person by phone: p99 at 8 clients', value: quantile(full.latencies, 0.99), unit: 'ms' },
      ...(await bare(installation)),
      {
        name: 'disk, 1,000,000 persons and 5,000,000 encounters',
        value: bytes / 1e9,
        unit: 'GB',
        aim: { most: 2.5 },
      },
    ]
  } finally {
    if (!given) await installation.remove()
  }
}

await whenMain(import.meta.url, () => person())
