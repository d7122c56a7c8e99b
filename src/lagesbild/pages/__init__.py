"""The pages that no notebook makes, each as the HTML of its body: what is measured, what it rests on, what remains."""
