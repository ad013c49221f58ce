import { Link } from '@tanstack/react-router'
import { Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { linkPerson, type Thread } from '../../../contract/conversation.ts'
import { getPerson } from '../../../contract/person.ts'
import { useTime } from '../../format/useTime.ts'
import { useAge } from '../../i18n/useAge.ts'
import { useCode } from '../../i18n/useCode.ts'
import { useCall } from '../../query.ts'
import { may, useMe } from '../../session.tsx'
import { LinkButton } from '../../ui/LinkButton.tsx'
import { StatusTag } from '../../ui/StatusTag.tsx'
import { Unloaded } from '../../ui/Unloaded.tsx'
import { useDo } from '../../ui/useDo.ts'
import { AnswersDialog } from '../assistant/AnswersDialog.tsx'
import { useAssistant } from '../assistant/useAssistant.ts'
import { CaseFrom } from '../case/CaseFrom.tsx'
import { personTagTone } from '../person/tags.ts'
import { LinkDialog } from './LinkDialog.tsx'
import { conversationRoutes } from './stale.ts'

const caseChannelOf: Partial<Record<string, 'email' | 'sms' | 'wechat' | 'phone' | 'visit'>> = {
  email: 'email',
  sms: 'sms',
  wechat: 'wechat',
  phone: 'phone',
  visit: 'visit',
}

/** Right of the thread: who it is, or who it may be. */
export function PersonSide({ thread, onOpen }: { thread: Thread; onOpen: (id: number | null) => void }) {
  const { t } = useTranslation()
  const me = useMe()
  return (
    <aside className="inbox-person" aria-label={t('inbox.person')}>
      {thread.personId === null ? (
        <Unknown thread={thread} onOpen={onOpen} />
      ) : may(me, 'person.read') ? (
        <Known id={thread.personId} thread={thread} />
      ) : (
        <h3>{thread.name}</h3>
      )}
    </aside>
  )
}

function Unknown({ thread, onOpen }: { thread: Thread; onOpen: (id: number | null) => void }) {
  const { t } = useTranslation()
  const me = useMe()
  const [dialog, setDialog] = useState<'link' | 'new' | null>(null)
  const link = useDo(linkPerson, {
    stale: conversationRoutes,
    done: t('inbox.linked'),
    onDone: ({ id }) => onOpen(id),
  })
  const open = thread.status !== 'closed' && may(me, 'conversation.write')
  return (
    <>
      <h3>{thread.name || t('inbox.unknown')}</h3>
      {thread.statedPhone && <p>{t('inbox.stated', { phone: thread.statedPhone })}</p>}
      <p className="secondary small">{t('inbox.unknownHint')}</p>
      {open && (
        <>
          {thread.candidates.map((one) => (
            <p key={one.id}>
              <Button
                loading={link.isPending}
                onClick={() => link.mutate({ params: { id: thread.id }, body: { personId: one.id } })}
              >
                {t('inbox.isPerson', { name: one.name, birth: one.birthDate ?? '' })}
              </Button>
            </p>
          ))}
          <div className="inbox-acts">
            <Button onClick={() => setDialog('link')}>{t('inbox.link')}</Button>
            {may(me, 'person.write') && (
              <Button onClick={() => setDialog('new')}>{t('inbox.newPerson')}</Button>
            )}
          </div>
        </>
      )}
      {dialog && (
        <LinkDialog
          thread={thread}
          kind={dialog}
          onClose={() => setDialog(null)}
          onOpen={(id) => {
            setDialog(null)
            onOpen(id)
          }}
        />
      )}
    </>
  )
}

function Known({ id, thread }: { id: number; thread: Thread }) {
  const { t } = useTranslation()
  const code = useCode()
  const age = useAge()
  const time = useTime()
  const me = useMe()
  const loaded = useCall(getPerson, { params: { id } })
  const assistant = useAssistant(thread.id)
  const [finding, setFinding] = useState(false)
  const person = loaded.data
  if (!person) return <Unloaded query={loaded} />
  return (
    <>
      <h3>
        <Link to="/persons/$id" params={{ id: String(id) }}>
          {person.name}
        </Link>{' '}
        <span className="secondary small">
          {code('sex', person.sex)} {age(person.age)}
        </span>
      </h3>
      {person.tags.length > 0 && (
        <p className="tag-line">
          {person.tags.map((tag) => (
            <StatusTag key={tag} tone={personTagTone[tag]}>
              {code('personTag', tag)}
            </StatusTag>
          ))}
        </p>
      )}
      {person.note && <p className="pre-line">{person.note}</p>}
      {person.optOuts.length > 0 && (
        <p className="small">
          {t('inbox.optOuts')}{' '}
          {person.optOuts
            .map((one) => `${code('channel', one.channel)} ${code('purpose', one.purpose)}`)
            .join('、')}
        </p>
      )}
      <dl className="inbox-facts small">
        {person.telecoms.slice(0, 3).map((one) => (
          <div key={one.id}>
            <dt>{code('channel', one.system === 'other' ? 'other' : one.system)}</dt>
            <dd>{one.value}</dd>
          </div>
        ))}
        {person.encounters.slice(0, 2).map((one) => (
          <div key={one.id}>
            <dt>{t('inbox.lastVisit')}</dt>
            <dd>
              {[one.departmentName, one.conditions[0]?.text, one.start && time.day(one.start)]
                .filter(Boolean)
                .join(' · ')}
            </dd>
          </div>
        ))}
        {person.facts.nextVisitAt && (
          <div>
            <dt>{t('inbox.nextVisit')}</dt>
            <dd>{time.moment(person.facts.nextVisitAt)}</dd>
          </div>
        )}
        {person.nextTask && (
          <div>
            <dt>{t('inbox.openTasks', { n: person.openTasks })}</dt>
            <dd>{time.moment(person.nextTask.at)}</dd>
          </div>
        )}
      </dl>
      <div className="inbox-acts">
        {may(me, 'appointment.read') && (
          <LinkButton to="/appointments" search={{ personId: String(id) } as never}>
            {t('inbox.book')}
          </LinkButton>
        )}
        <LinkButton to="/persons/$id" params={{ id: String(id) }}>
          {t('inbox.openPerson')}
        </LinkButton>
        {assistant && assistant.tasks.length > 0 && thread.status !== 'closed' && (
          <Button onClick={() => setFinding(true)}>{t('assistant.findAnswers')}</Button>
        )}
        <CaseFrom
          person={person}
          channel={caseChannelOf[thread.channel] ?? 'web'}
          source={{ kind: 'conversation', id: thread.id }}
        />
      </div>
      {finding && assistant && (
        <AnswersDialog conversationId={thread.id} tasks={assistant.tasks} onClose={() => setFinding(false)} />
      )}
    </>
  )
}
