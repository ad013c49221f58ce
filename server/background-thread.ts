import { parentPort, workerData } from 'node:worker_threads'
import type { BackgroundData } from './background.ts'
import { startAppliers } from './feeds/hl7/feed.ts'
import { startTelephony } from './feeds/telephony/start.ts'
import { log } from './platform/log.ts'
import { openServices } from './services.ts'
import { startWorker } from './worker.ts'

const { config, url } = workerData as BackgroundData
log.level = config.logLevel
const services = await openServices(config, url)
const worker = config.roles.includes('worker') ? await startWorker(services) : undefined
const feeds = config.roles.includes('feed') ? [...startAppliers(services.db), startTelephony(services)] : []

parentPort?.once('message', () => {
  void (async () => {
    await Promise.all(feeds.map((loop) => loop.stop()))
    await worker?.close()
    await services.close()
    parentPort?.close()
  })()
})
parentPort?.postMessage('ready')
