import { Link, useNavigate } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { listQuestionnaires } from '../../../contract/questionnaire.ts'
import { count } from '../../format/number.ts'
import { type ItemOf, useCall } from '../../query.ts'
import { type Column, ListPage } from '../../ui/ListPage.tsx'
import { TimeText } from '../../ui/TimeText.tsx'
import { useLocalized } from '../task/localized.ts'
import { SourceText } from './SourceText.tsx'

type Row = ItemOf<typeof listQuestionnaires>

export default function QuestionnairesPage() {
  const { t } = useTranslation()
  const localized = useLocalized()
  const navigate = useNavigate()
  const questionnaires = useCall(listQuestionnaires)
  const columns: Column<Row>[] = [
    {
      key: 'name',
      title: t('questionnaires.name'),
      render: (one) => (
        <Link to="/questionnaires/$id" params={{ id: String(one.id) }}>
          {localized(one.title)}
        </Link>
      ),
    },
    {
      key: 'version',
      title: t('questionnaires.version'),
      render: (one) => (
        <span style={{ whiteSpace: 'nowrap' }}>{t('questionnaires.versionOf', { n: one.version })}</span>
      ),
    },
    {
      key: 'questions',
      title: t('questionnaires.questions'),
      align: 'right',
      render: (one) => count(one.questions),
    },
    {
      key: 'responses',
      title: t('questionnaires.responses'),
      align: 'right',
      render: (one) => count(one.responses),
    },
    {
      key: 'source',
      title: t('questionnaires.source'),
      wideOnly: true,
      render: (one) => <SourceText code={one.code} source={one.source} />,
    },
    {
      key: 'published',
      title: t('questionnaires.published'),
      render: (one) => <TimeText at={one.publishedAt} show="day" />,
    },
  ]
  return (
    <ListPage
      title={t('questionnaires.title')}
      source={{ ...questionnaires, items: questionnaires.data?.items ?? [] }}
      columns={columns}
      rowKey={(one) => one.id}
      onOpen={(one) => void navigate({ to: '/questionnaires/$id', params: { id: String(one.id) } })}
      empty={{ title: t('questionnaires.empty'), hint: t('questionnaires.emptyHint') }}
    />
  )
}
