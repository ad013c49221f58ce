import { openLiveStream } from '../../../contract/live.ts'
import type { Actor } from '../../platform/actor.ts'
import { type Api, implement } from '../../platform/http.ts'
import { type LiveEvent, reaches } from '../../platform/live.ts'
import { log } from '../../platform/log.ts'
import type { Services } from '../../platform/services.ts'
import type { ActorResolver } from './resolve-actor.ts'

const heartbeatMs = 20_000
/** Bursts become one event: screens need not refetch thirty times a second. */
const gatherMs = 500

/** Server-sent events; the stream ends as soon as its session does. */
export function mountLive(api: Api, services: Services, resolver: ActorResolver): void {
  implement(api, openLiveStream, async ({ actor, c }) => {
    const cookie = c.req.header('cookie')
    const authorization = c.req.header('authorization')
    const stillSignedIn = async () =>
      (
        await resolver.resolve({
          ...(cookie !== undefined && { cookie }),
          ...(authorization !== undefined && { authorization }),
          address: actor.address,
          listens: true,
        })
      )?.actor
    await services.live.ready
    return new Response(openStream(services, actor, stillSignedIn), {
      headers: {
        'Content-Type': 'text/event-stream; charset=utf-8',
        'Cache-Control': 'no-store',
        'X-Accel-Buffering': 'no',
      },
    })
  })
}

type Counts = { created: number; changed: number; received: number; conversations: number }

function openStream(
  services: Services,
  first: Actor,
  stillSignedIn: () => Promise<Actor | undefined>,
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder()
  let close = (): void => undefined
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        let actor = first
        let closed = false
        let timer: NodeJS.Timeout | undefined
        const gathered: Counts = { created: 0, changed: 0, received: 0, conversations: 0 }
        const dirty = new Set<'tasks' | 'intake' | 'calls' | 'voice' | 'conversation'>()

        const send = (text: string) => {
          if (closed) return
          // A stalled reader would make us buffer everything.
          if ((controller.desiredSize ?? 0) < -500) close()
          else controller.enqueue(encoder.encode(text))
        }
        const flush = () => {
          timer = undefined
          const { created, changed, received, conversations } = gathered
          if (dirty.has('tasks')) send(`event: tasks\ndata: ${JSON.stringify({ created, changed })}\n\n`)
          if (dirty.has('intake')) send(`event: intake\ndata: ${JSON.stringify({ received })}\n\n`)
          if (dirty.has('voice')) send('event: voice\ndata: {}\n\n')
          if (dirty.has('calls')) send('event: call\ndata: {}\n\n')
          if (dirty.has('conversation'))
            send(`event: conversation\ndata: ${JSON.stringify({ changed: conversations })}\n\n`)
          dirty.clear()
          Object.assign(gathered, { created: 0, changed: 0, received: 0, conversations: 0 })
        }
        const check = async () => {
          const now = await stillSignedIn()
          if (now) actor = now
          else {
            send('event: session-ended\ndata: {}\n\n')
            close()
          }
        }
        const checkSafely = () => {
          check().catch((error: unknown) => {
            log.warn(
              { err: error },
              'a live stream could not check its session; it asks again at the next beat',
            )
          })
        }
        const listen = (event: LiveEvent) => {
          if (!reaches(actor, event)) return
          if (event.name === 'session-ended') {
            checkSafely()
            return
          }
          if (event.name === 'red-flag') {
            const { taskId, reminded } = event
            send(`event: red-flag\ndata: ${JSON.stringify({ taskId, reminded })}\n\n`)
            return
          }
          if (event.name === 'call') {
            if (event.userId === undefined) {
              dirty.add('calls')
              timer ??= setTimeout(flush, gatherMs)
            } else send(`event: call\ndata: ${JSON.stringify({ callId: event.callId })}\n\n`)
            return
          }
          dirty.add(event.name)
          gathered.created += event.created ?? 0
          if (event.name === 'conversation') gathered.conversations += event.changed ?? 0
          else gathered.changed += event.changed ?? 0
          gathered.received += event.received ?? 0
          timer ??= setTimeout(flush, gatherMs)
        }

        const stopListening = services.live.on(listen)
        const stopWaiting = services.live.onClose(() => close())
        const heartbeat = setInterval(() => {
          send(': beat\n\n')
          checkSafely()
        }, heartbeatMs)
        close = () => {
          if (closed) return
          closed = true
          stopListening()
          stopWaiting()
          clearInterval(heartbeat)
          clearTimeout(timer)
          try {
            controller.close()
          } catch {
            // The reader has disconnected.
          }
        }
        send('retry: 2000\n: connected\n\n')
      },
      cancel: () => close(),
    },
    { highWaterMark: 100 },
  )
}
