import { createWriteStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import pg from 'pg'
import copy from 'pg-copy-streams'

/** Writes the rows of a query as CSV. @returns the file */
export async function exportTable(url: string, query: string, file: string): Promise<string> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await pipeline(client.query(copy.to(`copy (${query}) to stdout (format csv)`)), createWriteStream(file))
  } finally {
    await client.end()
  }
  return file
}
