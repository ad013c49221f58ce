import { Hono } from 'hono'
import { workerData } from 'node:worker_threads'
import { fhirBase } from '../contract/fhir.ts'
import type { FhirAnswer, FhirRequest } from './feeds/fhir/elsewhere.ts'
import { answerFhirError, mountFhir } from './feeds/fhir/routes.ts'
import { answerAside, asideInput } from './platform/aside-thread.ts'
import { openDatabase } from './platform/db.ts'
import { type ApiEnvironment, createApi } from './platform/http.ts'
import { log } from './platform/log.ts'
import { connectReactions } from './reactions.ts'

const { config, secret, databaseUrl, actor, address, method, url, headers } = workerData as FhirRequest
log.level = config.logLevel
connectReactions()
const database = openDatabase(databaseUrl, { max: 2 })
const api = createApi(database.db, { openQuery: true })
api.onError(answerFhirError)
mountFhir(api, { config, secret, database }, { largeBodies: 'here' })
const app = new Hono<ApiEnvironment>()
app.use('*', async (c, next) => {
  c.set('actor', actor)
  c.set('address', address)
  await next()
})
app.route(fhirBase, api)

await answerAside(async (): Promise<FhirAnswer> => {
  try {
    const pieces: Uint8Array[] = []
    for await (const piece of asideInput()) pieces.push(piece)
    const answer = await app.request(url, { method, headers, body: Buffer.concat(pieces) })
    return {
      status: answer.status,
      headers: [...answer.headers],
      body: new Uint8Array(await answer.arrayBuffer()),
    }
  } finally {
    await database.close()
  }
})
