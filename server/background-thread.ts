import { parentPort, workerData } from 'node:worker_threads'
import type { BackgroundData } from './background.ts'
import { startAppliers } from './feeds/hl7/feed.ts'
import { log } from './platform/log.ts'
import { openServices } from './services.ts'
import { startWorker } from './worker.ts'

const { config, url } = workerData as BackgroundData
log.level = config.logLevel
const services = await openServices(config, url)
const worker = config.roles.includes('worker') ? await startWorker(services) : undefined
const appliers = config.roles.includes('feed') ? startAppliers(services.db) : []

parentPort?.once('message', () => {
  void (async () => {
    await Promise.all(appliers.map((loop) => loop.stop()))
    await worker?.close()
    await services.close()
    parentPort?.close()
  })()
})
parentPort?.postMessage('ready')
