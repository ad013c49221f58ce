import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { allPremises } from '../../platform/outbound-host.ts'
import { listenToAri } from './ari.ts'

test('a telephone system that speaks no WebSocket is an error and nothing else: nobody hears of a connection that never was', async () => {
  const server = createServer((_, response) => response.writeHead(404).end())
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  let closes = 0
  const target = { url: `http://127.0.0.1:${port}/ari`, app: 'careloop', username: 'u', password: 'p' }
  const listening = listenToAri(target, () => Promise.resolve(allPremises), {
    onEvent: () => undefined,
    onClose: () => (closes += 1),
  })
  await expect(listening).rejects.toThrow()
  await new Promise((resolve) => server.close(resolve))
  expect(closes).toBe(0)
})
