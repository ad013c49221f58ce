// The package has no types of its own: what adapter and simulator use of it.
declare module 'smpp' {
  import type { EventEmitter } from 'node:events'
  import type { Server as NetServer, Socket } from 'node:net'

  export type ShortMessage = { message: string | Buffer; udh?: Buffer | Buffer[] }
  export type Pdu = {
    command: string
    command_status: number
    sequence_number: number
    message_id?: string
    source_addr?: string
    destination_addr?: string
    esm_class?: number
    data_coding?: number
    registered_delivery?: number
    short_message?: ShortMessage
    message_payload?: ShortMessage
    receipted_message_id?: string
    message_state?: number
    system_id?: string
    password?: string
    response: (options?: object) => Pdu
  }
  export type Options = {
    host: string
    port: number
    tls?: boolean
    servername?: string
    rejectUnauthorized?: boolean
  }
  export class Session extends EventEmitter {
    readonly socket: Socket
    send(pdu: Pdu): boolean
    /** @returns false when the socket takes no more: nothing was sent */
    submit_sm(pdu: object, answer: (pdu: Pdu) => void): boolean
    deliver_sm(pdu: object, answer: (pdu: Pdu) => void): boolean
    bind_transceiver(pdu: object, answer: (pdu: Pdu) => void): boolean
    enquire_link(answer: (pdu: Pdu) => void): boolean
    unbind(): boolean
    close(): void
    destroy(): void
  }
  export type Server = NetServer & { sessions: Session[] }
  const smpp: {
    connect: (options: Options) => Session
    createServer: (options: object, onSession: (session: Session) => void) => Server
    errors: Record<string, number>
  }
  export default smpp
}
