import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Telephones } from './telephones.ts'

const escaped = (text: string) =>
  text
    .replaceAll(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`)
    .replaceAll(/https?:\/\/[^\s<&]+/g, '<a href="$&">$&</a>')

/** A page with what simulated telephones got last, newest first, so that one can open a link as the patient would. */
export async function showTelephones(
  all: Telephones[],
): Promise<{ url: string; close: () => Promise<void> }> {
  const server = createServer((_, response) => {
    const rows = all
      .flatMap(({ texts }) => texts)
      .sort((one, other) => other.at.getTime() - one.at.getTime())
      .slice(0, 200)
      .map(
        ({ at, channel, to, text }) =>
          `<tr><td>${at.toISOString().slice(0, 19).replace('T', ' ')}<td>${channel}<td>${escaped(to)}<td>${escaped(text)}`,
      )
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' })
    response.end(
      `<!doctype html><html lang="zh"><title>模拟手机</title><meta http-equiv="refresh" content="5">
<style>body{font:14px system-ui;margin:1rem}td{padding:.25rem .75rem;border-top:1px solid #ccc;vertical-align:top}</style>
<h1>模拟手机收到的消息</h1><table>${rows.join('\n')}</table>`,
    )
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
