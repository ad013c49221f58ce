import { useCallback, useEffect, useRef, useState } from 'react'
import { type Chat, keepToken, keptToken, post, problemOf, sendFile } from './api.ts'

/** How often the page asks for news, in ms: often while somebody may be answering, less the longer nothing comes. */
const [quick, slow] = [2500, 10_000]

type State = Omit<Chat, 'messages'> | null

/** A chat and its messages, kept fresh while the page is looked at. */
export function useChat() {
  const [token, setToken] = useState(keptToken)
  const [state, setState] = useState<State>(null)
  const [messages, setMessages] = useState<Chat['messages']>([])
  const [problem, setProblem] = useState<string | null>(null)
  const [busy, setBusy] = useState(false)
  const last = useRef(0)

  const take = useCallback(({ messages: more, ...rest }: Chat) => {
    setState(rest)
    setMessages((before) => {
      const known = new Set(before.map((one) => one.id))
      return [...before, ...more.filter((one) => !known.has(one.id))].sort((a, b) => a.id - b.id)
    })
    last.current = Math.max(last.current, ...more.map((one) => one.id))
  }, [])

  const forget = useCallback(() => {
    keepToken(null)
    setToken(null)
    setState(null)
    setMessages([])
    last.current = 0
  }, [])

  useEffect(() => {
    if (token === null) return
    let timer: ReturnType<typeof setTimeout> | undefined
    let quiet = 0
    let left = false
    const look = async () => {
      if (document.visibilityState === 'visible' || quiet === 0)
        await post('messages', { token, after: last.current }).then(
          (chat) => {
            quiet = chat.messages.length > 0 ? 0 : quiet + 1
            take(chat)
          },
          (error: unknown) => {
            quiet += 1
            if (problemOf(error) === 'chat-ended') forget()
          },
        )
      if (!left) timer = setTimeout(() => void look(), quiet > 24 ? slow : quick)
    }
    void look()
    const wake = () => {
      quiet = 0
    }
    document.addEventListener('visibilitychange', wake)
    return () => {
      left = true
      clearTimeout(timer)
      document.removeEventListener('visibilitychange', wake)
    }
  }, [token, take, forget])

  /** @returns whether it worked */
  const run = async (work: () => Promise<Chat>): Promise<boolean> => {
    setBusy(true)
    setProblem(null)
    try {
      take(await work())
      return true
    } catch (error) {
      const id = problemOf(error)
      if (id === 'chat-ended') forget()
      setProblem(id)
      return false
    } finally {
      setBusy(false)
    }
  }

  return {
    token,
    state,
    messages,
    problem,
    busy,
    start: (body: object) =>
      run(async () => {
        const { token: made, ...chat } = await post<Chat & { token: string }>('start', body)
        keepToken(made)
        setToken(made)
        return chat
      }),
    write: (text: string, key: string) => run(() => post('send', { token, text, after: last.current, key })),
    attach: (file: File) => run(() => sendFile(token ?? '', file)),
    end: () => run(() => post('end', { token })),
    rate: (score: number, text: string) => run(() => post('rate', { token, score, text })),
    again: forget,
  }
}
export type ChatFlow = ReturnType<typeof useChat>
