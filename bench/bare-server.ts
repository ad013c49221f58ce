import { createServer } from 'node:http'
import pg from 'pg'
import { bareQuery } from './bare-query.ts'

// What a handler costs that does nothing but the query: no sign-in, no scope, no mask, no audit, no validation.
const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 16 })
const server = createServer((request, response) => {
  const phone = new URL(request.url ?? '/', 'http://localhost').searchParams.get('phone') ?? ''
  pool.query({ ...bareQuery, values: [`+86${phone}`] }).then(
    ({ rows }) => {
      response.setHeader('content-type', 'application/json').end(JSON.stringify({ items: rows }))
    },
    (error: unknown) => {
      response.writeHead(500).end(String(error))
    },
  )
})
server.listen(Number(process.env.PORT), '127.0.0.1', () => {
  console.log('bare server is ready')
})
