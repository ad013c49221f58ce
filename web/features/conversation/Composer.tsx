import { Button } from 'antd'
import { type KeyboardEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type AssistantDraft, draftText } from '../../../contract/assistant.ts'
import { type CannedReply, listCannedReplies } from '../../../contract/canned-reply.ts'
import {
  addAttachment,
  addNote,
  type AnswerChannel,
  longestAnswer,
  sendAnswer,
  type Thread,
} from '../../../contract/conversation.ts'
import { addressOf, asCaller, readError } from '../../api.ts'
import { useCode } from '../../i18n/useCode.ts'
import { useCall } from '../../query.ts'
import { may, useMe } from '../../session.tsx'
import { Dialog } from '../../ui/Dialog.tsx'
import { forgetDraft, keepDraft, keptDraft } from '../../ui/drafts.ts'
import { AreaField, FileField, PickField } from '../../ui/fields.ts'
import { useDo } from '../../ui/useDo.ts'
import { useExplain } from '../../ui/useExplain.ts'
import { useShortcut } from '../../ui/useShortcut.ts'
import { DraftNotice } from '../assistant/DraftNotice.tsx'
import { useAssistant } from '../assistant/useAssistant.ts'
import { KnowledgeSearch } from '../knowledge/KnowledgeSearch.tsx'
import { conversationRoutes } from './stale.ts'
import { filledIn } from './words.ts'

type File = { key: string; name: string }
const fieldId = 'inbox-answer'
const notes = ['note', 'phone', 'visit'] as const
type Way = AnswerChannel | (typeof notes)[number]
const isNote = (way: Way): way is (typeof notes)[number] => notes.some((one) => one === way)

/** What to say, by which channel; `/` brings canned replies, Ctrl+Enter sends. What is typed is kept until it is sent. */
export function Composer({ thread }: { thread: Thread }) {
  const { t } = useTranslation()
  const code = useCode()
  const me = useMe()
  const explain = useExplain()
  const draftKey = `conversation ${me.id} ${thread.id}`
  const [text, setText] = useState(() => {
    const kept = keptDraft(draftKey)?.['text']
    return typeof kept === 'string' ? kept : ''
  })
  // What the assistant wrote stays marked as its own until it is sent or thrown away, also after a reload.
  const [drafted, setDrafted] = useState(
    () => (keptDraft(draftKey)?.['drafted'] ?? null) as AssistantDraft | null,
  )
  const usable = thread.ways.filter((one) => one.refused === null)
  const [chosen, setChosen] = useState<Way | null>(null)
  const way: Way = chosen ?? usable[0]?.channel ?? 'note'
  const [files, setFiles] = useState<File[]>([])
  const [trouble, setTrouble] = useState<string | null>(null)
  const [knowing, setKnowing] = useState(false)
  const [key, setKey] = useState(() => crypto.randomUUID())
  const canned = useCall(listCannedReplies, {})

  const write = (next: string, by = drafted) => {
    setText(next)
    // A field that was emptied begins anew.
    const marked = next ? by : null
    setDrafted(marked)
    if (next) keepDraft(draftKey, { text: next, drafted: marked })
    else forgetDraft(draftKey)
  }
  const done = () => {
    write('')
    setFiles([])
    setKey(crypto.randomUUID())
  }
  const send = useDo(sendAnswer, { stale: conversationRoutes, onDone: done })
  const note = useDo(addNote, { stale: conversationRoutes, onDone: done })
  const assistant = useAssistant(thread.id)
  const ask = useDo(draftText, {
    onDone: (made) => {
      if (made.text === null) setDrafted(made)
      else write(made.text, made)
      focus()
    },
  })
  const draftId = drafted?.text ? { draftId: drafted.id } : {}
  const busy = send.isPending || note.isPending
  const focus = () => document.getElementById(fieldId)?.focus()
  const submit = () => {
    const params = { id: thread.id }
    if (text.trim() === '' || busy || text.length > longestAnswer) return
    if (isNote(way))
      note.mutate({
        params,
        body: { text, ...(way !== 'note' && { channel: way }), by: 'staff', ...draftId },
      })
    else
      send.mutate({
        params,
        body: { channel: way, text, key, attachments: files.map((one) => one.key), ...draftId },
      })
  }
  useShortcut('r', focus)
  useShortcut('h', () => setKnowing(true))
  useShortcut('Ctrl+Enter', submit)
  if (!may(me, 'conversation.write')) return null

  const slash = /^\/(\S*)$/.exec(text.trim())?.[1]?.toLowerCase()
  const offered =
    slash === undefined
      ? []
      : (canned.data?.items ?? [])
          .filter((one) => one.shortcut.toLowerCase().startsWith(slash) || one.title.includes(slash))
          .slice(0, 6)
  const fill = (one: CannedReply) => {
    write(filledIn(one.body, thread, me.name, t('inbox.you')))
    focus()
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const [first] = offered
    if (event.key !== 'Enter' || !first || event.nativeEvent.isComposing || event.ctrlKey) return
    event.preventDefault()
    fill(first)
  }
  const attach = async (file: globalThis.File) => {
    const { headers, credentials } = asCaller()
    const response = await fetch(
      addressOf(addAttachment, { params: { id: thread.id }, query: { name: file.name.slice(-120) } }),
      {
        method: 'POST',
        credentials,
        headers: { ...headers, 'content-type': 'application/octet-stream' },
        body: file,
      },
    )
    if (!response.ok) {
      setTrouble(explain(await readError(response)))
      return
    }
    const made = (await response.json()) as File
    setTrouble(null)
    setFiles((before) => [...before, made])
  }
  const options = [
    ...thread.ways.map((one) => ({
      value: one.channel,
      text: [
        t(`inbox.channel.${one.channel}`),
        one.address,
        one.refused && `（${code('suppressionReason', one.refused) || one.refused}）`,
      ]
        .filter(Boolean)
        .join(' '),
      disabled: one.refused !== null,
    })),
    ...notes.map((one) => ({ value: one, text: t(`inbox.noteBy.${one}`) })),
  ]
  return (
    <div className={`inbox-composer${way === 'note' ? ' is-note' : ''}`} onKeyDown={onKeyDown}>
      <PickField
        label={t('inbox.by')}
        value={way}
        options={options}
        onChange={(next) => setChosen(next as Way)}
        {...(usable.length === 0 && { hint: t('inbox.noWay') })}
      />
      {offered.length > 0 && (
        <ul className="inbox-offers" aria-label={t('inbox.canned')}>
          {offered.map((one) => (
            <li key={one.id}>
              <button type="button" onClick={() => fill(one)}>
                <b>/{one.shortcut}</b> {one.title}
                <span className="secondary small">{one.body.slice(0, 60)}</span>
              </button>
            </li>
          ))}
        </ul>
      )}
      {drafted && <DraftNotice draft={drafted} text={text} onDiscard={() => write('')} />}
      <AreaField
        id={fieldId}
        label={t(way === 'note' ? 'inbox.noteText' : 'inbox.answer')}
        hint={t('inbox.answerHint')}
        rows={3}
        maxLength={longestAnswer}
        value={text}
        onChange={(next) => write(next)}
      />
      {files.length > 0 && (
        <p className="tag-line small">
          {files.map((one) => (
            <button
              key={one.key}
              type="button"
              className="chip"
              onClick={() => setFiles(files.filter((other) => other.key !== one.key))}
            >
              {t('inbox.dropFile', { name: one.name })}
            </button>
          ))}
        </p>
      )}
      {trouble && (
        <p className="field-error" role="alert">
          {trouble}
        </p>
      )}
      <div className="inbox-composer-foot">
        <Button onClick={() => setKnowing(true)}>{t('inbox.knowledge')}</Button>
        {assistant && (
          <Button
            loading={ask.isPending}
            // What somebody typed is not written over.
            disabled={text.trim() !== '' && drafted === null}
            onClick={() =>
              ask.mutate({ params: { id: thread.id }, body: { kind: isNote(way) ? 'note' : 'reply' } })
            }
          >
            {t(
              ask.isPending
                ? 'assistant.drafting'
                : isNote(way)
                  ? 'assistant.draftNote'
                  : 'assistant.draftReply',
            )}
          </Button>
        )}
        {way === 'web-chat' && (
          <FileField
            label={t('inbox.attach')}
            accept="image/jpeg,image/png,application/pdf,text/plain"
            onFile={(file) => void attach(file)}
          />
        )}
        <Button type="primary" loading={busy} disabled={text.trim() === ''} onClick={submit}>
          {isNote(way) ? t('inbox.saveNote') : t('inbox.send')}
        </Button>
      </div>
      {knowing && (
        <Dialog title={t('knowledge.find')} size="large" onClose={() => setKnowing(false)}>
          <KnowledgeSearch
            query={lastQuestion(thread)}
            onInsert={(answer) => {
              const words = filledIn(answer, thread, me.name, t('inbox.you'))
              write(text.trim() === '' || slash !== undefined ? words : `${text.trimEnd()}\n${words}`)
              setKnowing(false)
            }}
          />
        </Dialog>
      )}
    </div>
  )
}

/** What the person asked last is what one looks for. */
const lastQuestion = (thread: Thread) =>
  (thread.messages.findLast((one) => one.kind === 'in')?.body ?? '').replaceAll(/\s+/g, ' ').slice(0, 60)
