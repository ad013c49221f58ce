import { LinkButton } from '../../ui/LinkButton.tsx'
import './pathway.css'
import { ArrowLeftOutlined } from '@ant-design/icons'
import { Link, useParams } from '@tanstack/react-router'
import { Switch } from 'antd'
import { useTranslation } from 'react-i18next'
import { useShipped } from '../../i18n/useShipped.ts'
import { type PathwayDetail, getPathway } from '../../../contract/pathway.ts'
import { reasonsOf } from '../../../contract/stop-rule.ts'
import { count } from '../../format/number.ts'
import { useTime } from '../../format/useTime.ts'
import { useCall } from '../../query.ts'
import { may, useMe } from '../../session.tsx'
import { Unloaded } from '../../ui/Unloaded.tsx'
import { PageHeader } from '../../ui/PageHeader.tsx'
import { StatusTag } from '../../ui/StatusTag.tsx'
import { Flow } from './Flow.tsx'
import { Versions } from './Versions.tsx'
import { useStepWords } from './useStepWords.ts'
import { useStopWords } from './useStopWords.ts'
import { useSwitchActive } from './useSwitchActive.ts'

export default function PathwayPage() {
  const { t } = useTranslation()
  const shipped = useShipped()
  const me = useMe()
  const { id } = useParams({ strict: false })
  const pathway = useCall(getPathway, { params: { id: Number(id) } })
  const switchActive = useSwitchActive()
  const time = useTime()
  const { data } = pathway
  const back = (
    <LinkButton to="/pathways">
      <ArrowLeftOutlined aria-hidden /> {t('pathways.back')}
    </LinkButton>
  )
  if (pathway.isError || !data) return <Unloaded page query={pathway} height={400} />
  const mayEdit = may(me, 'pathway.write')
  return (
    <div className="page">
      <PageHeader
        title={shipped(data.name)}
        extra={
          <>
            {back}
            {mayEdit && (
              <>
                <LinkButton to="/pathways/$id/rehearsal" params={{ id: String(data.id) }}>
                  {t('rehearsal.open')}
                </LinkButton>
                <LinkButton to="/pathways/$id/edit" params={{ id: String(data.id) }}>
                  {t(data.draftSavedAt ? 'editor.openDraft' : 'pathways.edit')}
                </LinkButton>
              </>
            )}
          </>
        }
      >
        <div className="pathway-facts">
          {mayEdit ? (
            <span className="check-line">
              <Switch
                checked={data.active}
                disabled={data.version === null}
                checkedChildren={t('pathways.on')}
                unCheckedChildren={t('pathways.off')}
                aria-label={t('pathways.entering')}
                onChange={() => switchActive(data)}
              />
              {t('pathways.entering')}
            </span>
          ) : (
            <StatusTag tone={data.active ? 'success' : 'neutral'}>
              {t('pathways.entering')}: {t(data.active ? 'pathways.on' : 'pathways.off')}
            </StatusTag>
          )}
          {data.version === null ? (
            <StatusTag tone="warning">{t('editor.unpublishedHint')}</StatusTag>
          ) : (
            <span>{t('pathways.versionOf', { n: data.version })}</span>
          )}
          {data.draftSavedAt && mayEdit && (
            <StatusTag tone="info">{t('editor.draftOf', { time: time.moment(data.draftSavedAt) })}</StatusTag>
          )}
          <span>
            {t('pathways.open')} <b>{count(data.openEnrollments)}</b> · {t('pathways.completed')}{' '}
            <b>{count(data.completedEnrollments)}</b> · {t('pathways.stopped')}{' '}
            <b>{count(data.stoppedEnrollments)}</b>
          </span>
          {may(me, 'enrollment.read') && (
            <Link to="/enrollments" search={{ pathwayId: String(data.id) } as never}>
              {t('pathways.persons')}
            </Link>
          )}
        </div>
      </PageHeader>
      <div className="pathway-columns">
        <section className="panel" aria-label={t('pathways.steps')}>
          <h2>{t('pathways.steps')}</h2>
          <Flow definition={data.definition} />
        </section>
        <Aside pathway={data} />
      </div>
    </div>
  )
}

function Aside({ pathway }: { pathway: PathwayDetail }) {
  const { t } = useTranslation()
  const stopWords = useStopWords()
  const { definition } = pathway
  const words = useStepWords(definition)
  return (
    <div className="stack">
      {definition.source && (
        <section className="panel">
          <h2>{t('pathways.source')}</h2>
          {/* Citations stay in their language. */}
          <p className="secondary" lang="en">
            {definition.source}
          </p>
        </section>
      )}
      <section className="panel">
        <h2>{t('pathways.entry')}</h2>
        <ul className="plain-list">
          {words.entry(definition.entry).map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ul>
      </section>
      <section className="panel">
        <h2>{t('pathways.stopOn')}</h2>
        {definition.stopOn.length === 0 ? (
          <p className="secondary">{t('pathways.stopNever')}</p>
        ) : (
          <div className="tag-line">
            {reasonsOf(definition.stopOn).map((one) => (
              <StatusTag key={one} tone="neutral">
                {stopWords(one)}
              </StatusTag>
            ))}
          </div>
        )}
      </section>
      {Object.keys(definition.variables).length > 0 && (
        <section className="panel">
          <h2>{t('pathways.variables')}</h2>
          <ul className="plain-list">
            {Object.keys(definition.variables).map((name) => {
              const { name: title, value, key } = words.variable(name)
              return (
                <li key={name}>
                  {title} <b>{value}</b>{' '}
                  <span className="secondary small">
                    {key ? (
                      <>
                        {t('pathways.fromSetting')} · <code>{key}</code>
                      </>
                    ) : (
                      t('pathways.fixed')
                    )}
                  </span>
                </li>
              )
            })}
          </ul>
          <p className="secondary small">{t('pathways.variablesHint')}</p>
        </section>
      )}
      <Versions pathway={pathway} />
    </div>
  )
}
