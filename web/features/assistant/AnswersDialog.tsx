import './assistant.css'
import { useNavigate } from '@tanstack/react-router'
import { Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { z } from 'zod'
import { decideDraft, proposeAnswers } from '../../../contract/assistant.ts'
import type { Answers } from '../../../contract/questionnaire.ts'
import { getTask } from '../../../contract/task.ts'
import { call } from '../../api.ts'
import { useShipped } from '../../i18n/useShipped.ts'
import { CheckField, PickField } from '../../ui/fields.ts'
import { Dialog } from '../../ui/Dialog.tsx'
import { Notice } from '../../ui/Notice.tsx'
import { StatusTag } from '../../ui/StatusTag.tsx'
import { useDo } from '../../ui/useDo.ts'
import { changeDraft } from '../task/draft.ts'
import { useLocalized } from '../task/localized.ts'

type Item = z.output<typeof proposeAnswers.response>['items'][number]
type AnswersDialogProps = {
  conversationId: number
  tasks: readonly { id: number; title: string }[]
  onClose: () => void
}

/** Answers that stand in the conversation: whoever ticks one has compared it with the patient's words; the form of the desk saves. */
export function AnswersDialog({ conversationId, tasks, onClose }: AnswersDialogProps) {
  const { t } = useTranslation()
  const shipped = useShipped()
  const navigate = useNavigate()
  const [taskId, setTaskId] = useState(tasks[0]?.id ?? 0)
  const [taken, setTaken] = useState<readonly string[]>([])
  const find = useDo(proposeAnswers)
  const decide = useDo(decideDraft)
  const found = find.data
  const takeOver = async () => {
    if (!found) return
    const { response } = await call(getTask, { params: { id: taskId } })
    const accepted = found.items.filter((one) => taken.includes(one.question.linkId))
    const answers: Answers = {
      ...response?.answers,
      ...Object.fromEntries(accepted.map((one) => [one.question.linkId, one.value])),
    }
    changeDraft(taskId, { answers, seen: response?.updatedAt ?? null })
    const outcome = accepted.length === found.items.length ? ('accepted' as const) : ('edited' as const)
    decide.mutate({ params: { id: found.id }, body: { outcome } })
    void navigate({ to: '/desk/$taskId', params: { taskId: String(taskId) } })
  }
  const leave = () => {
    if (found && found.items.length > 0)
      decide.mutate({ params: { id: found.id }, body: { outcome: 'rejected' } })
    onClose()
  }
  return (
    <Dialog
      title={t('assistant.answersTitle')}
      onClose={leave}
      {...(found && found.items.length > 0
        ? {
            ok: {
              text: t('assistant.takeOver', { n: taken.length }),
              disabled: taken.length === 0,
              onClick: () => void takeOver(),
            },
          }
        : {})}
    >
      <div className="stack">
        <p className="secondary">{t('assistant.answersHint')}</p>
        <PickField
          label={t('assistant.task')}
          value={String(taskId)}
          options={tasks.map((one) => ({ value: String(one.id), text: shipped(one.title) }))}
          onChange={(value) => setTaskId(Number(value))}
        />
        <Button
          loading={find.isPending}
          onClick={() => {
            setTaken([])
            find.mutate({ params: { id: conversationId }, body: { taskId } })
          }}
        >
          {t('assistant.look')}
        </Button>
        {found?.problem && (
          <Notice tone="warning" title={t('assistant.nothing')}>
            {t(`assistant.problem.${found.problem}`)}
          </Notice>
        )}
        {found && found.dropped.length > 0 && (
          <Notice tone="info" title={t('assistant.dropped', { n: found.dropped.length })} />
        )}
        {found && found.items.length > 0 && (
          <ul className="assistant-found">
            {found.items.map((one) => (
              <Found
                key={one.question.linkId}
                item={one}
                taken={taken.includes(one.question.linkId)}
                onTake={(yes) =>
                  setTaken((before) => [
                    ...before.filter((linkId) => linkId !== one.question.linkId),
                    ...(yes ? [one.question.linkId] : []),
                  ])
                }
              />
            ))}
          </ul>
        )}
      </div>
    </Dialog>
  )
}

function Found({ item, taken, onTake }: { item: Item; taken: boolean; onTake: (yes: boolean) => void }) {
  const { t } = useTranslation()
  const localized = useLocalized()
  const { question, value } = item
  const words = (Array.isArray(value) ? value : [value]).map((one) => {
    const option = question.options?.find((other) => other.value === one)
    if (option) return localized(option.text)
    return typeof one === 'boolean' ? t(one ? 'common.yes' : 'common.no') : String(one)
  })
  return (
    <li>
      <CheckField
        label={t('assistant.accept', { question: localized(question.text), value: words.join('、') })}
        checked={taken}
        onChange={onTake}
      />{' '}
      {item.redFlag && <StatusTag tone="danger">{t('assistant.alarm')}</StatusTag>}
      <p className="secondary small">{t('assistant.said', { quote: item.source.quote })}</p>
    </li>
  )
}
