import { LinkButton } from '../../ui/LinkButton.tsx'
import './questionnaire.css'
import { Link, useNavigate } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { listDrafts } from '../../../contract/questionnaire-design.ts'
import { listQuestionnaires } from '../../../contract/questionnaire.ts'
import { count } from '../../format/number.ts'
import { useTime } from '../../format/useTime.ts'
import { type ItemOf, useCall } from '../../query.ts'
import { may, useMe } from '../../session.tsx'
import { type Column, ListPage, column } from '../../ui/ListPage.tsx'
import { TimeText } from '../../ui/TimeText.tsx'
import { useLocalized } from '../task/localized.ts'
import { SourceText } from './SourceText.tsx'

type Row = ItemOf<typeof listQuestionnaires>

export default function QuestionnairesPage() {
  const { t } = useTranslation()
  const localized = useLocalized()
  const navigate = useNavigate()
  const time = useTime()
  const writes = may(useMe(), 'questionnaire.write')
  const questionnaires = useCall(listQuestionnaires)
  const drafts = useCall(listDrafts, {}, { enabled: writes })
  const columns: Column<Row>[] = [
    column('name', t('questionnaires.name'), (one) => (
      <Link to="/questionnaires/$id" params={{ id: String(one.id) }}>
        {localized(one.title)}
      </Link>
    )),
    column('version', t('questionnaires.version'), (one) => (
      <span style={{ whiteSpace: 'nowrap' }}>{t('questionnaires.versionOf', { n: one.version })}</span>
    )),
    column('questions', t('questionnaires.questions'), { align: 'right' }, (one) => count(one.questions)),
    column('responses', t('questionnaires.responses'), { align: 'right' }, (one) => count(one.responses)),
    column('source', t('questionnaires.source'), { wideOnly: true }, (one) => (
      <SourceText code={one.code} source={one.source} />
    )),
    column('published', t('questionnaires.published'), (one) => <TimeText at={one.publishedAt} show="day" />),
  ]
  return (
    <ListPage
      title={t('questionnaires.title')}
      source={{ ...questionnaires, items: questionnaires.data?.items ?? [] }}
      columns={columns}
      rowKey={(one) => one.id}
      onOpen={(one) => void navigate({ to: '/questionnaires/$id', params: { id: String(one.id) } })}
      actions={writes && <LinkButton to="/questionnaires/new">{t('designer.create')}</LinkButton>}
      above={
        (drafts.data?.items.length ?? 0) > 0 && (
          <section className="panel sheet-drafts" aria-labelledby="drafts">
            <h2 id="drafts">{t('designer.drafts')}</h2>
            <ul>
              {drafts.data?.items.map((one) => (
                <li key={one.id}>
                  <Link to="/questionnaires/$id/edit" params={{ id: String(one.id) }}>
                    {localized(one.title)}
                  </Link>{' '}
                  <span className="secondary small">
                    {one.version === null
                      ? t('designer.draftNew')
                      : t('designer.draftOf', { n: one.version })}{' '}
                    · {t('designer.savedBy', { name: one.savedByName, time: time.moment(one.savedAt) })}
                  </span>
                </li>
              ))}
            </ul>
          </section>
        )
      }
      empty={{ title: t('questionnaires.empty'), hint: t('questionnaires.emptyHint') }}
    />
  )
}
