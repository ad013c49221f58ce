import { App, Button } from 'antd'
import { useId, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type PersonDetail, getPerson, setOptOut } from '../../../contract/person.ts'
import { getTimeline } from '../../../contract/timeline.ts'
import { useTime } from '../../format/useTime.ts'
import { useCode } from '../../i18n/useCode.ts'
import { keyOf, queryClient, useAct } from '../../query.ts'
import { useExplain } from '../../ui/useExplain.ts'

const channels = ['all', 'phone', 'sms', 'email', 'wechat', 'letter', 'portal', 'visit'] as const
const purposes = ['all', 'clinical', 'service', 'marketing'] as const

export function OptOutPanel({ person }: { person: PersonDetail }) {
  const { t } = useTranslation()
  const code = useCode()
  const time = useTime()
  const explain = useExplain()
  const { message } = App.useApp()
  const id = useId()
  const [adding, setAdding] = useState(false)
  const [channel, setChannel] = useState<(typeof channels)[number]>('all')
  const [purpose, setPurpose] = useState<(typeof purposes)[number]>('all')
  const [reason, setReason] = useState('')
  const act = useAct(setOptOut, {
    onSuccess: (saved, input) => {
      queryClient.setQueryData(keyOf(getPerson, { params: { id: person.id } }), saved)
      void queryClient.invalidateQueries({ queryKey: keyOf(getTimeline) })
      void message.success(t(input.body.active ? 'person.optOutSaved' : 'person.optOutBackSaved'))
      setAdding(false)
      setReason('')
    },
    onError: (error) => void message.error(explain(error)),
  })

  return (
    <section className="panel">
      <div className="panel-head">
        <h2>{t('person.optOuts')}</h2>
        {person.abilities.write && !adding && (
          <button type="button" className="plain-button" onClick={() => setAdding(true)}>
            {t('person.optOutAdd')}
          </button>
        )}
      </div>
      {person.optOuts.length === 0 && !adding && <p className="secondary">{t('person.optOutNone')}</p>}
      <ul className="row-list">
        {person.optOuts.map((optOut) => (
          <li key={`${optOut.channel}-${optOut.purpose}`}>
            <div>
              <strong>
                {code('channel', optOut.channel)} · {code('purpose', optOut.purpose)}
              </strong>
              <p className="secondary small">
                {t('person.optOutSince', { time: time.day(optOut.since) })}
                {optOut.reason && ` · ${optOut.reason}`}
              </p>
            </div>
            {person.abilities.write && (
              <button
                type="button"
                className="soft-button"
                disabled={act.isPending}
                onClick={() =>
                  act.mutate({
                    params: { id: person.id },
                    body: {
                      channel: channels.find((one) => one === optOut.channel) ?? 'all',
                      purpose: purposes.find((one) => one === optOut.purpose) ?? 'all',
                      active: false,
                    },
                  })
                }
              >
                {t('person.optOutBack')}
              </button>
            )}
          </li>
        ))}
      </ul>
      {adding && (
        <form
          className="stack"
          onSubmit={(event) => {
            event.preventDefault()
            act.mutate({
              params: { id: person.id },
              body: { channel, purpose, active: true, ...(reason.trim() ? { reason: reason.trim() } : {}) },
            })
          }}
        >
          <div className="labelled">
            <label htmlFor={`${id}-channel`}>{t('person.optOutChannel')}</label>
            <select
              id={`${id}-channel`}
              className="field-input"
              value={channel}
              onChange={(event) => setChannel(channels.find((one) => one === event.target.value) ?? 'all')}
            >
              {channels.map((one) => (
                <option key={one} value={one}>
                  {code('channel', one)}
                </option>
              ))}
            </select>
          </div>
          <div className="labelled">
            <label htmlFor={`${id}-purpose`}>{t('person.optOutPurpose')}</label>
            <select
              id={`${id}-purpose`}
              className="field-input"
              value={purpose}
              onChange={(event) => setPurpose(purposes.find((one) => one === event.target.value) ?? 'all')}
            >
              {purposes.map((one) => (
                <option key={one} value={one}>
                  {code('purpose', one)}
                </option>
              ))}
            </select>
          </div>
          <div className="labelled">
            <label htmlFor={`${id}-reason`}>{t('person.optOutReason')}</label>
            <input
              id={`${id}-reason`}
              className="field-input"
              maxLength={200}
              value={reason}
              onChange={(event) => setReason(event.target.value)}
            />
          </div>
          <div className="button-line">
            <Button type="primary" htmlType="submit" loading={act.isPending}>
              {t('common.save')}
            </Button>
            <Button onClick={() => setAdding(false)}>{t('common.cancel')}</Button>
          </div>
        </form>
      )}
    </section>
  )
}
