import { App, Button } from 'antd'
import { useId, useState } from 'react'
import { useTranslation } from 'react-i18next'
import {
  consentProofs,
  contactChannels,
  giveConsent,
  listConsents,
  purposes,
  withdrawConsent,
} from '../../../contract/contact.ts'
import type { PersonDetail } from '../../../contract/person.ts'
import { getTimeline } from '../../../contract/timeline.ts'
import { useTime } from '../../format/useTime.ts'
import { useCode } from '../../i18n/useCode.ts'
import { keyOf, queryClient, useAct, useCall } from '../../query.ts'
import { ErrorState } from '../../ui/ErrorState.tsx'
import { StatusTag } from '../../ui/StatusTag.tsx'
import { useExplain } from '../../ui/useExplain.ts'

const channels = ['all', ...contactChannels] as const

/** What the person agreed to. Without a consent nothing is sent for marketing. */
export function ConsentPanel({ person }: { person: PersonDetail }) {
  const { t } = useTranslation()
  const code = useCode()
  const time = useTime()
  const explain = useExplain()
  const { message } = App.useApp()
  const [adding, setAdding] = useState(false)
  const list = useCall(listConsents, { params: { id: person.id } })
  const saved = {
    onSuccess: () => {
      setAdding(false)
      for (const one of [listConsents, getTimeline])
        void queryClient.invalidateQueries({ queryKey: keyOf(one) })
    },
    onError: (error: Error) => void message.error(explain(error)),
  }
  const give = useAct(giveConsent, saved)
  const withdraw = useAct(withdrawConsent, saved)
  const items = list.data?.items ?? []

  return (
    <section className="panel" aria-label={t('person.consents')}>
      <div className="panel-head">
        <h2>{t('person.consents')}</h2>
        {person.abilities.write && !adding && (
          <button type="button" className="plain-button" onClick={() => setAdding(true)}>
            {t('person.consentAdd')}
          </button>
        )}
      </div>
      {list.isError && <ErrorState error={list.error} onRetry={() => void list.refetch()} />}
      {list.isSuccess && items.length === 0 && !adding && (
        <p className="secondary">{t('person.consentNone')}</p>
      )}
      <ul className="row-list">
        {items.map((one) => (
          <li key={one.id}>
            <div>
              <strong>
                {code('purpose', one.purpose)} · {code('channel', one.channel)}
              </strong>{' '}
              {one.withdrawnAt && (
                <StatusTag tone="neutral">{code('eventKind', 'consent.withdrawn')}</StatusTag>
              )}
              <p className="secondary small">
                {[
                  time.day(one.givenAt),
                  code('consentProof', one.proof),
                  one.reference,
                  one.recordedByName,
                  one.withdrawnAt && `→ ${time.day(one.withdrawnAt)} ${one.withdrawnByName ?? ''}`,
                ]
                  .filter(Boolean)
                  .join(' · ')}
              </p>
            </div>
            {person.abilities.write && !one.withdrawnAt && (
              <button
                type="button"
                className="soft-button"
                disabled={withdraw.isPending}
                onClick={() => withdraw.mutate({ params: { id: person.id, consentId: one.id }, body: {} })}
              >
                {t('person.consentWithdraw')}
              </button>
            )}
          </li>
        ))}
      </ul>
      {adding && (
        <ConsentForm
          busy={give.isPending}
          onSave={(body) => give.mutate({ params: { id: person.id }, body })}
          onCancel={() => setAdding(false)}
        />
      )}
    </section>
  )
}

type NewConsent = {
  purpose: (typeof purposes)[number]
  channel: (typeof channels)[number]
  proof: (typeof consentProofs)[number]
  reference?: string
}

function ConsentForm(props: { busy: boolean; onSave: (consent: NewConsent) => void; onCancel: () => void }) {
  const { t } = useTranslation()
  const [purpose, setPurpose] = useState<NewConsent['purpose']>('marketing')
  const [channel, setChannel] = useState<NewConsent['channel']>('all')
  const [proof, setProof] = useState<NewConsent['proof']>('paper')
  const [reference, setReference] = useState('')
  const id = useId()
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault()
        props.onSave({ purpose, channel, proof, ...(reference.trim() && { reference: reference.trim() }) })
      }}
    >
      <Choice
        label={t('person.optOutPurpose')}
        group="purpose"
        values={purposes}
        value={purpose}
        onChange={setPurpose}
      />
      <Choice
        label={t('person.consentChannel')}
        group="channel"
        values={channels}
        value={channel}
        onChange={setChannel}
      />
      <Choice
        label={t('person.consentProof')}
        group="consentProof"
        values={consentProofs}
        value={proof}
        onChange={setProof}
      />
      <div className="labelled">
        <label htmlFor={id}>{t('person.consentReference')}</label>
        <input
          id={id}
          className="field-input"
          maxLength={200}
          value={reference}
          onChange={(event) => setReference(event.target.value)}
        />
      </div>
      <div className="button-line">
        <Button type="primary" htmlType="submit" loading={props.busy}>
          {t('common.save')}
        </Button>
        <Button onClick={props.onCancel}>{t('common.cancel')}</Button>
      </div>
    </form>
  )
}

function Choice<T extends string>(props: {
  label: string
  group: 'purpose' | 'channel' | 'consentProof'
  values: readonly T[]
  value: T
  onChange: (value: T) => void
}) {
  const code = useCode()
  const id = useId()
  return (
    <div className="labelled">
      <label htmlFor={id}>{props.label}</label>
      <select
        id={id}
        className="field-input"
        value={props.value}
        onChange={(event) => {
          const picked = props.values.find((one) => one === event.target.value)
          if (picked) props.onChange(picked)
        }}
      >
        {props.values.map((one) => (
          <option key={one} value={one}>
            {code(props.group, one)}
          </option>
        ))}
      </select>
    </div>
  )
}
