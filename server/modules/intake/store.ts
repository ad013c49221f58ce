import { sql } from 'kysely'
import { type Db, isTransient } from '../../platform/db.ts'
import { log } from '../../platform/log.ts'
import { type Header, isProblem, readHeader } from '../hl7/header.ts'

export type Receipt = {
  /** HL7 table 0008: accepted, application error (retry), rejected (do not retry). */
  code: 'AA' | 'AE' | 'AR'
  controlId: string
  text: string | null
  header: Header | null
}

type Waiting = {
  bytes: Buffer
  header: Header
  /** The only sites whose patients it may be about, as the sender is bound to them; null: any. */
  boundTo: number[] | null
  resolve: (receipt: Receipt) => void
}

const batchMessages = 400
const batchBytes = 16 * 1024 * 1024
/** How long messages wait for those of other active senders; the shortest possible timer. */
const gatherMs = 1

/**
 * Stores raw messages and acknowledges after commit. Messages that arrive while a batch is being written form the next: many senders share
 * one commit. A repeated message is stored once.
 */
export class RawStore {
  #db: Db
  #waiting: Waiting[] = []
  #writing = false
  /** Messages in flight when the last batch was answered; most senders have the next one ready. */
  #expected = 0
  #gathered: (() => void) | undefined
  /** How many of the next messages are stored one by one. */
  #alone = 0
  #onStored: () => void

  constructor(db: Db, onStored: () => void) {
    this.#db = db
    this.#onStored = onStored
  }

  async accept(bytes: Buffer, boundTo: number[] | null = null): Promise<Receipt> {
    const header = readHeader(bytes)
    if (isProblem(header)) return this.reject(bytes, header.reason, header.location, header.controlId)
    return new Promise((resolve) => {
      this.#waiting.push({ bytes, header, boundTo, resolve })
      if (!this.#writing) void this.#drain()
      else if (this.#waiting.length >= this.#expected) this.#gathered?.()
    })
  }

  /** Invalid input is kept as well, with the reason: the list of rejections must be complete. */
  async reject(bytes: Buffer, reason: string, location: string, controlId = ''): Promise<Receipt> {
    try {
      await sql`
        insert into inbound_message (id, lane, sender, facility, control_id, message_type, charset, raw, status, reason, location)
        values (nextval('inbound_message_id'), 0, '', '', '', '', '', ${bytes.subarray(0, 65536)}, 'rejected', ${reason}, ${location})`.execute(
        this.#db,
      )
      return { code: 'AR', controlId, text: reason, header: null }
    } catch (error) {
      log.error({ err: error }, 'a rejected message could not be stored')
      return {
        code: 'AE',
        controlId,
        text: 'The message could not be stored, send it again',
        header: null,
      }
    }
  }

  async #drain(): Promise<void> {
    this.#writing = true
    while (this.#waiting.length > 0) {
      await this.#gather()
      const batch = this.#take()
      try {
        await this.#write(batch)
        for (const one of batch)
          one.resolve({ code: 'AA', controlId: one.header.controlId, text: null, header: one.header })
        this.#expected = Math.min(batch.length + this.#waiting.length, batchMessages)
        this.#onStored()
      } catch (error) {
        log.error({ err: error, messages: batch.length }, 'messages could not be stored')
        // One message that the database refuses must not block the others.
        if (batch.length > 1 && !isTransient(error)) {
          this.#alone = batch.length
          this.#waiting.unshift(...batch)
          continue
        }
        const text = 'The message could not be stored, send it again'
        for (const one of batch)
          one.resolve({ code: 'AE', controlId: one.header.controlId, text, header: one.header })
      }
    }
    this.#writing = false
  }

  /** A batch costs little more than one message: senders answered together will send together again. */
  async #gather(): Promise<void> {
    if (this.#waiting.length >= this.#expected || this.#alone > 0) return
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, gatherMs)
      this.#gathered = () => {
        clearTimeout(timer)
        resolve()
      }
    })
    this.#gathered = undefined
  }

  #take(): Waiting[] {
    if (this.#alone > 0) {
      this.#alone -= 1
      return this.#waiting.splice(0, 1)
    }
    let bytes = 0
    let count = 0
    for (const one of this.#waiting) {
      bytes += one.bytes.length
      if (count > 0 && (bytes > batchBytes || count >= batchMessages)) break
      count += 1
    }
    return this.#waiting.splice(0, count)
  }

  async #write(batch: Waiting[]): Promise<void> {
    const headers = batch.map((one) => one.header)
    const lengths = batch.map((one) => one.bytes.length)
    let end = 1
    const starts = lengths.map((length) => (end += length) - length)
    // All bytes in one value: a single bytea is sent in binary, in an array it would be hexadecimal text. A key twice in one batch: the
    // second is a repetition. `ordinality` keeps arrival order in the ids.
    await sql`
      with input as (
        select sender, facility, control_id, message_type, charset, lane, body_hash, bound_to, position,
          substring(${Buffer.concat(batch.map((one) => one.bytes))}::bytea from start for length) as raw
        from unnest(
          ${headers.map((one) => one.sender)}::text[], ${headers.map((one) => one.facility)}::text[],
          ${headers.map((one) => one.controlId)}::text[], ${headers.map((one) => one.messageType)}::text[],
          ${headers.map((one) => one.charset)}::text[], ${headers.map((one) => one.lane)}::smallint[],
          ${headers.map((one) => one.bodyHash)}::text[],
          ${batch.map(({ boundTo }) => boundTo && `{${boundTo.join(',')}}`)}::text[], ${starts}::int[], ${lengths}::int[]
        ) with ordinality as t(sender, facility, control_id, message_type, charset, lane, body_hash, bound_to, start, length, position)
      ), numbered as (
        select *, nextval('inbound_message_id') as id from (select * from input order by position) as ordered
      ), firsts as (
        select distinct on (sender, facility, control_id) *, count(*) over (partition by sender, facility, control_id) as copies
        from numbered order by sender, facility, control_id, position
      ), keyed as (
        insert into inbound_key (sender, facility, control_id, message_id, received_at, body_hash, duplicates)
        select sender, facility, control_id, id, now(), body_hash, copies - 1 from firsts
        on conflict (sender, facility, control_id) do update set duplicates = inbound_key.duplicates + excluded.duplicates + 1
        returning sender, facility, control_id, message_id, body_hash
      )
      insert into inbound_message (id, lane, sender, facility, control_id, message_type, charset, raw, bound_site_ids, status, reason, location)
      select n.id, n.lane, n.sender, n.facility, n.control_id, n.message_type, n.charset, n.raw, n.bound_to::int[], 'received', null, null
      from numbered n join keyed k on k.message_id = n.id
      union all
      select n.id, n.lane, n.sender, n.facility, n.control_id, n.message_type, n.charset, n.raw, n.bound_to::int[], 'dead',
        'The control id was used before for a message with other content', 'MSH-10'
      from numbered n join keyed k using (sender, facility, control_id)
      where k.message_id <> n.id and k.body_hash <> n.body_hash`.execute(this.#db)
  }
}
