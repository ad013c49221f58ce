import { useQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { getDraft } from '../../../contract/questionnaire-design.ts'
import { call } from '../../api.ts'
import { Unloaded } from '../../ui/Unloaded.tsx'
import { Designer } from './Designer.tsx'

export default function QuestionnaireEditPage() {
  const id = Number(useParams({ strict: false }).id)
  // The draft is what the page begins with; what comes later is the page's own.
  const draft = useQuery({
    queryKey: ['design', id],
    queryFn: () => call(getDraft, { params: { id } }),
    staleTime: Infinity,
    gcTime: 0,
  })
  if (draft.isError || !draft.data) return <Unloaded page query={draft} height={320} />
  return (
    <Designer key={`${id}-${draft.dataUpdatedAt}`} draft={draft.data} onReload={() => void draft.refetch()} />
  )
}
