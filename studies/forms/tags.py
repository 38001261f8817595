"""Tags as a person types them."""

from django import forms

from studies.models import BadTag, tag_words


class TagForm(forms.Form):
    tags = forms.CharField(
        label="Tag",
        required=False,  # an empty one is refused with the words of tag_words
        max_length=500,
        strip=False,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "list": "known-tags", "placeholder": "baseline, for the paper"}
        ),
    )

    def clean_tags(self) -> list[str]:
        try:
            return tag_words(self.cleaned_data["tags"])
        except BadTag as problem:
            raise forms.ValidationError(str(problem)) from problem
